import type { Task } from '@vifkit/core/step-kinds';
import type { LinkState } from './link-state.js';
import type { LinkOperation } from './link-table.js';
import { type LinkSteps, type LinkWrite, makingOf } from './link-write.js';

export type LinkTask = Task<LinkSteps, LinkWrite>;

/** Operations, and for each task the indices of the operations whose outcomes are its outcome. */
export interface Script {
  readonly operations: LinkOperation[];
  readonly indices: number[][];
}

/**
 * The operations that carry out a batch of tasks. A link that several tasks require (a shared bridge, the other end of
 * a veth pair) is made once, and the outcome applies to all of them.
 */
export function scriptFor(tasks: readonly LinkTask[]): Script {
  const operations: LinkOperation[] = [];
  const made = new Map<string, number>();
  const removed = new Map<string, number>();
  const push = (operation: LinkOperation) => operations.push(operation) - 1;
  /** A pair that has a step for each end is removed once, as is a link that several users leave. */
  const remove = ({ name, peer, group }: LinkState): number => {
    const removal = removed.get(name) ?? push({ op: 'delete', name, ...(group !== undefined && { group }) });
    for (const each of peer === undefined ? [name] : [name, peer]) removed.set(each, removal);
    return removal;
  };
  const make = (name: string, { create, set, mark }: Extract<LinkWrite, { kind: 'make' | 'replace' }>) => {
    if (create.type === 'command') return [push({ op: 'set', name, attributes: set, alias: mark })];
    const { bridge, ...others } = set;
    const earlier = made.get(name);
    const making = earlier ?? push({ op: 'add', name, create, ...(bridge && { bridge }) });
    for (const each of linksMadeBy({ op: 'add', name, create })) made.set(each, making);
    // Attributes that it is made with need not be set again.
    const attributes = earlier === undefined ? others : set;
    return [making, push({ op: 'set', name, attributes, alias: mark })];
  };

  const carryOut = ({ step: { name }, change }: LinkTask): number[] => {
    switch (change.kind) {
      case 'make':
        return make(name, change);
      case 'replace': {
        const { link } = change.replaced;
        const own = [remove(link), ...make(name, change)];
        return [...own, ...(link.users ?? []).map((user) => push(noteFor(name, user)))];
      }
      case 'remake': {
        const { create, set, mark, was } = change;
        return [
          push({ op: 'remake', name, create, was: makingOf(was.tap) }),
          push({ op: 'set', name, attributes: set, alias: mark }),
        ];
      }
      case 'set': {
        const { set, mark, relocation } = change;
        const own = push({ op: 'set', name, attributes: set, ...(mark && { alias: mark.to }) });
        return relocation ? [own, push(relocation.there)] : [own];
      }
      case 'remove':
        return [remove(change.removed.link)];
      case 'note':
        return [push({ op: 'note', name, user: change.user, present: change.present })];
    }
  };

  // What is recreated is removed first: the other end of a pair may obstruct a link that must be made.
  for (const { change } of tasks) {
    if (change.kind === 'replace') remove(change.replaced.link);
  }
  const indices = tasks.map(carryOut);
  return { operations, indices };
}

/** The names of the links that an operation makes. */
export function linksMadeBy(operation: LinkOperation): string[] {
  if (operation.op === 'remake') return [operation.name];
  if (operation.op !== 'add') return [];
  const { name, create } = operation;
  return create.type === 'veth' ? [name, create.peer] : [name];
}

export function noteFor(name: string, user: string): LinkOperation {
  return { op: 'note', name, user, present: true };
}
