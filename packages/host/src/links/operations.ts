import type { LinkAttributes, LinkStep } from '@vifkit/core';
import type { Task } from '@vifkit/engine/former';
import type { LinkBefore } from './addresses/relocation.js';
import { canBeRemade } from './compare.js';
import { type LinkState, markOf, type TapState } from './link-state.js';
import type { LinkSteps } from './link-steps.js';
import type { LinkOperation, TapMaking } from './link-table.js';
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
export function scriptFor(tasks: readonly Task<LinkSteps>[], tapOwner: number): Script {
  const operations: LinkOperation[] = [];
  const made = new Map<string, number>();
  const removed = new Map<string, number>();

  // What is made anew goes first: the other end of a pair that is to be made may be in the way.
  for (const task of tasks) if (isReplaced(task.inspection)) removalIn(task, operations, removed);
  const indices = tasks.map((task): number[] => {
    const { step } = task;
    if (step.kind === 'link') {
      const removal = isReplaced(task.inspection) ? [removalIn(task, operations, removed)] : [];
      return [...removal, ...addTo(task as Task<LinkStep>, operations, made, tapOwner)];
    }
    if (step.kind === 'linkAbsent' || goesWithUser(task)) return [removalIn(task, operations, removed)];
    const { name, user, kind } = step;
    return [operations.push({ op: 'note', name, user, present: kind === 'linkUser' }) - 1];
  });
  return { operations, indices };
}

/** Whether a link goes with the user that leaves it. */
export function goesWithUser({ step, inspection }: Task<LinkSteps>): boolean {
  const [difference] = inspection.differences;
  return step.kind === 'linkUserAbsent' && difference?.attribute === 'exists';
}

/** A pair is removed once that has a step for each end, as is a link that several users leave. */
function removalIn(
  { step: { name }, inspection }: Task<LinkSteps>,
  operations: LinkOperation[],
  removed: Map<string, number>,
): number {
  const removal = removed.get(name) ?? operations.push({ op: 'delete', name }) - 1;
  const peer = (inspection.before as LinkState | undefined)?.peer;
  for (const each of peer ? [name, peer] : [name]) removed.set(each, removal);
  return removal;
}

function addTo(
  task: Task<LinkStep>,
  operations: LinkOperation[],
  made: Map<string, number>,
  tapOwner: number,
): number[] {
  const { step, vifId, inspection } = task;
  const { name, create, shared = false } = step;
  const before = inspection.before as LinkBefore | undefined;
  if (create?.type === 'tap' && before?.tap && isRemade(inspection)) {
    const attributes = { ...keptOf(before), ...step.initial, ...step.set };
    return [
      operations.push({
        op: 'remake',
        name,
        create: { ...create, owner: tapOwner },
        was: makingOf(before.tap),
      }) - 1,
      operations.push({ op: 'set', name, attributes, alias: markOf(vifId, shared) }) - 1,
    ];
  }
  if (!makesLink(inspection) || !create) {
    const attributes = wantedOf(step.set ?? {}, inspection.differences);
    const marks = inspection.differences.some(({ attribute }) => attribute === 'alias');
    const alias = marks ? { alias: markOf(vifId, false) } : {};
    const change = operations.push({ op: 'set', name, attributes, ...alias }) - 1;
    const relocation = before?.relocation;
    return relocation ? [change, operations.push(relocation.there) - 1] : [change];
  }
  const wanted = merge(step.initial ?? {}, step.set ?? {});
  const own: number[] = [];
  let attributes = wanted;
  if (create.type !== 'command') {
    const making = made.get(name) ?? operations.length;
    if (making === operations.length) {
      const { bridge, ...others } = wanted;
      attributes = others;
      const making = create.type === 'tap' ? { ...create, owner: tapOwner } : create;
      operations.push({ op: 'add', name, create: making, ...(bridge && { bridge }) });
    }
    for (const each of linksMadeBy({ op: 'add', name, create })) made.set(each, making);
    own.push(making);
  }
  own.push(operations.push({ op: 'set', name, attributes, alias: markOf(vifId, shared) }) - 1);
  return [...own, ...(before?.users ?? []).map((user) => operations.push(noteFor(name, user)) - 1)];
}

export function noteFor(name: string, user: string): LinkOperation {
  return { op: 'note', name, user, present: true };
}

/** Whether a link is removed and made anew, since it was made otherwise. */
function isReplaced({ before }: Task['inspection']): boolean {
  return (before as LinkBefore | undefined)?.replaced !== undefined;
}

/** Whether carrying out a step makes its link. */
export function makesLink(inspection: Task['inspection']): boolean {
  return inspection.creates === true || isReplaced(inspection);
}

/** Whether a tap was made otherwise than it would be, and is made anew. */
export function isRemade({ differences }: Task['inspection']): boolean {
  return differences.some((difference) => canBeRemade([difference]));
}

/** How a tap that is there was made. */
export function makingOf({ multiQueue, owner }: TapState): TapMaking {
  return { type: 'tap', multiQueue, ...(owner !== undefined && { owner }) };
}

/** What a tap had that one made anew in its place gets. Open vSwitch takes its port back by itself. */
export function keptOf({ address, mtu, master }: LinkState): LinkAttributes {
  return { address, mtu, ...(master !== undefined && master !== 'ovs-system' && { master }) };
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
