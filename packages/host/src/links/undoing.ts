import { type AttemptedTask, isVifError, VifError } from '@vifkit/core';
import type { LinkBefore } from './addresses/relocation.js';
import { isOurs, type LinkState } from './link-state.js';
import type { LinkSteps } from './link-steps.js';
import type { LinkOperation } from './link-table.js';
import { goesWithUser, isRemade, keptOf, makingOf } from './operations.js';
import { restoringChange } from './restore.js';

/**
 * The operations that take a task back; none where there is nothing to take back, or an error where that is
 * impossible.
 * @param used links that something uses which does not go away as well
 * @param now a link that the task made, as it is by now
 * @param tapOwner the user id of those who own taps
 */
export function undoing(
  task: AttemptedTask<LinkSteps>,
  used: ReadonlySet<string>,
  now: LinkState | undefined,
  tapOwner: number,
): LinkOperation[] | VifError {
  const { step, inspection, outcome } = task;
  const { name } = step;
  const before = inspection.before as LinkBefore | undefined;
  if (step.kind === 'linkAbsent' || goesWithUser(task)) {
    if (isVifError(outcome, 'LINK_COMMAND_FAILED')) return []; // it was not removed
    return new VifError('LINK_COMMAND_FAILED', `Link ${name} was removed and cannot be brought back`);
  }
  if (step.kind !== 'link') {
    return [{ op: 'note', name, user: step.user, present: step.kind === 'linkUserAbsent' }];
  }
  if (before?.tap && step.create?.type === 'tap' && isRemade(inspection)) {
    if (isVifError(outcome, 'LINK_BUSY')) return []; // it was not removed
    const { up, promisc, alias = '' } = before;
    const create = makingOf(before.tap);
    return [
      { op: 'remake', name, create, was: { ...step.create, owner: tapOwner } },
      { op: 'set', name, attributes: { ...keptOf(before), up, promisc }, alias },
    ];
  }
  if (before) {
    const attributes = restoringChange(inspection.differences, before);
    const marked = inspection.differences.some(({ attribute }) => attribute === 'alias');
    const alias = marked ? { alias: before.alias ?? '' } : {};
    return [
      { op: 'set', name, attributes, ...alias },
      ...(before.relocation ? [before.relocation.back] : []),
    ];
  }
  if (step.create?.type === 'command') return []; // undoing the command takes it away
  // What was made well has our mark: without it, somebody has put another link in its place.
  const isReplaced = !outcome && now !== undefined && !isOurs(now);
  const anothers = isVifError(outcome, 'LINK_EXISTS') || isReplaced || (step.shared && used.has(name));
  return anothers ? [] : [{ op: 'delete', name }];
}
