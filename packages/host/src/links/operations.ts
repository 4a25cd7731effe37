import type { LinkAbsentStep, LinkAttributes, LinkStep, Task } from '@vifkit/core';
import { type LinkState, markOf } from './link-state.js';
import type { LinkOperation } from './link-table.js';
import { linksMadeBy } from './unmade-links.js';

/** Operations, and for each task the indices of those whose outcome is its own. */
export interface Script {
  readonly operations: LinkOperation[];
  readonly indices: number[][];
}

/**
 * The operations that carry out a batch of tasks. A link that several tasks want made (a shared bridge, the
 * other end of a veth pair) is made once, and its making concerns them all.
 */
export function scriptFor(tasks: readonly Task<LinkStep | LinkAbsentStep>[]): Script {
  const operations: LinkOperation[] = [];
  const made = new Map<string, number>();
  const gone = new Set<string>();

  const indices = tasks.map((task): number[] => {
    if (task.step.kind === 'linkAbsent') {
      const { name } = task.step;
      if (gone.has(name)) return []; // its veth peer takes it along
      const peer = (task.inspection.before as LinkState | undefined)?.peer;
      gone.add(name);
      if (peer) gone.add(peer);
      return [operations.push({ op: 'delete', name }) - 1];
    }
    return addTo(task as Task<LinkStep>, operations, made);
  });
  return { operations, indices };
}

function addTo(task: Task<LinkStep>, operations: LinkOperation[], made: Map<string, number>): number[] {
  const { step, vifId, inspection } = task;
  const { name, create, shared = false } = step;
  if (!inspection.creates || !create) {
    const attributes = wantedOf(step.set ?? {}, inspection.differences);
    return [operations.push({ op: 'set', name, attributes }) - 1];
  }
  const own: number[] = [];
  if (create.type !== 'command') {
    const making = made.get(name) ?? operations.push({ op: 'add', name, create }) - 1;
    for (const each of linksMadeBy({ op: 'add', name, create })) made.set(each, making);
    own.push(making);
  }
  const attributes = merge(step.initial ?? {}, step.set ?? {});
  own.push(operations.push({ op: 'set', name, attributes, alias: markOf(vifId, shared) }) - 1);
  return own;
}

function merge(a: LinkAttributes, b: LinkAttributes): LinkAttributes {
  const bridge = { ...a.bridge, ...b.bridge };
  return { ...a, ...b, ...(Object.keys(bridge).length > 0 && { bridge }) };
}

/** Of the attributes wanted, those that differ. */
function wantedOf(set: LinkAttributes, differences: Task['inspection']['differences']): LinkAttributes {
  const names = new Set(differences.map(({ attribute }) => attribute));
  const pick = (from: object, prefix: string) =>
    Object.fromEntries(Object.entries(from).filter(([key]) => names.has(prefix + key)));
  const bridge = pick(set.bridge ?? {}, 'bridge.');
  return { ...pick(set, ''), ...(Object.keys(bridge).length > 0 && { bridge }) };
}
