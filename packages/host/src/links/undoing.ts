import { isVifError, VifError } from '@vifkit/core';
import type { AttemptedTask } from '@vifkit/core/step-kinds';
import { isOurs, type LinkState } from './link-state.js';
import type { LinkOperation } from './link-table.js';
import {
  formerAttributes,
  type LinkProgress,
  type LinkSteps,
  type LinkWrite,
  makingOf,
  type Removed,
} from './link-write.js';
import { noteFor } from './operations.js';

export type AttemptedLinkTask = AttemptedTask<LinkSteps, LinkWrite, LinkProgress>;

/** Whether an error means that nothing was done that must be undone. */
export function didNothing({ kind }: LinkWrite, error: VifError): boolean {
  switch (kind) {
    case 'make':
    case 'replace':
      return isVifError(error, 'LINK_EXISTS'); // the existing link was made by somebody else
    case 'remake':
      return isVifError(error, 'LINK_BUSY');
    case 'remove':
      return isVifError(error, 'LINK_COMMAND_FAILED');
    default:
      return false;
  }
}

/**
 * The operations that undo a task: none if there is nothing to undo, or an error if that is impossible.
 * @param used links that are used by something which is not removed too
 * @param now the current state of a link that the task made or removed
 */
export function undoing(
  { step, change, outcome }: AttemptedLinkTask,
  used: ReadonlySet<string>,
  now: LinkState | undefined,
): LinkOperation[] | VifError {
  const { name } = step;
  if (outcome.done === 'nothing') return [];
  // A link that was made successfully has our mark: without it, somebody else has replaced the link.
  const isAnothers = !outcome.error && now !== undefined && !isOurs(now);
  switch (change.kind) {
    case 'make': {
      if (change.create.type === 'command') return []; // undoing the command removes it
      const isShared = step.kind === 'link' && step.shared;
      return isAnothers || (isShared && used.has(name)) ? [] : [{ op: 'delete', name }];
    }
    case 'replace':
      return isAnothers ? [] : [{ op: 'delete', name }, ...restoring(change.replaced)];
    case 'remake': {
      const { create: was, was: before } = change;
      return [
        { op: 'remake', name, create: makingOf(before.tap), was },
        { op: 'set', name, attributes: formerAttributes(before), alias: before.alias ?? '' },
      ];
    }
    case 'set': {
      const { former, mark, relocation } = change;
      const back = { op: 'set', name, attributes: former, ...(mark && { alias: mark.from }) } as const;
      return relocation ? [back, relocation.back] : [back];
    }
    case 'remove': {
      if (!now) return restoring(change.removed);
      if (now.alias === change.removed.link.alias) return []; // the removal was not reached
      const text = `Link ${name} was removed, and is not restored: another program has made one of that name`;
      return new VifError('LINK_COMMAND_FAILED', text);
    }
    case 'note':
      return [{ op: 'note', name, user: change.user, present: !change.present }];
  }
}

/** The links that a script makes again to undo a change. */
export function madeAgain(change: LinkWrite, script: readonly LinkOperation[] | VifError = []): LinkState[] {
  if (script instanceof VifError || !script.some(({ op }) => op === 'add' || op === 'remake')) return [];
  switch (change.kind) {
    case 'remove':
      return [change.removed.link, change.removed.peer].filter((each) => each !== undefined);
    case 'replace':
      return [change.replaced.link, change.replaced.peer].filter((each) => each !== undefined);
    case 'remake':
      return [change.was];
    default:
      return [];
  }
}

/** The tasks, without those that removed the other end of a pair that an earlier one restores. */
export function withoutOtherEnds(
  tasks: readonly AttemptedLinkTask[],
): readonly (AttemptedLinkTask | undefined)[] {
  const restored = new Set<string>();
  return tasks.map((task) => {
    const { step, change } = task;
    if (change.kind !== 'remove') return task;
    if (restored.has(step.name)) return undefined;
    for (const name of [step.name, change.removed.link.peer ?? step.name]) restored.add(name);
    return task;
  });
}

/** The operations that restore a link that was removed, with its other end if it is a veth. */
function restoring({ link, peer: end }: Removed): LinkOperation[] {
  const { name, type, peer, vlan, bridge, tap, users = [] } = link;
  const operations: LinkOperation[] = [];
  if (type === 'bridge') operations.push({ op: 'add', name, create: { type }, ...(bridge && { bridge }) });
  if (type === 'tap' && tap) operations.push({ op: 'add', name, create: makingOf(tap) });
  if (type === 'veth' && peer !== undefined) operations.push({ op: 'add', name, create: { type, peer } });
  if (type === 'vlan' && vlan) operations.push({ op: 'add', name, create: { type, ...vlan } });
  for (const each of end ? [link, end] : [link]) {
    const { alias = '' } = each;
    operations.push({ op: 'set', name: each.name, attributes: formerAttributes(each), alias });
  }
  return [...operations, ...users.map((user) => noteFor(name, user))];
}
