import { isVifError, VifError } from '@vifkit/core';
import type { AttemptedTask } from '@vifkit/engine/former';
import type { LinkBefore } from './addresses/relocation.js';
import { isOurs, type LinkState } from './link-state.js';
import type { LinkSteps } from './link-steps.js';
import type { LinkOperation } from './link-table.js';
import { goesWithUser, isRemade, keptOf, makingOf, noteFor } from './operations.js';
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
  // What was made well has our mark: without it, somebody has put another link in its place.
  const isAnothers = !outcome && now !== undefined && !isOurs(now);
  if (before?.replaced) return isAnothers || isVifError(outcome, 'LINK_EXISTS') ? [] : bringBack(before);
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
  const stays = isVifError(outcome, 'LINK_EXISTS') || isAnothers || (step.shared && used.has(name));
  return stays ? [] : [{ op: 'delete', name }];
}

/** What brings back a link that was removed to be made anew; with it the other end, if it is a veth. */
function bringBack(before: LinkBefore): LinkOperation[] {
  const { name, type, peer, vlan, bridge, tap, users = [], replaced } = before;
  const operations: LinkOperation[] = [{ op: 'delete', name }];
  if (type === 'bridge') operations.push({ op: 'add', name, create: { type }, ...(bridge && { bridge }) });
  if (type === 'tap' && tap) operations.push({ op: 'add', name, create: makingOf(tap) });
  if (type === 'veth' && peer !== undefined) operations.push({ op: 'add', name, create: { type, peer } });
  if (type === 'vlan' && vlan) {
    operations.push({ op: 'add', name, create: { type, ...vlan } });
  }
  for (const each of [before, ...(replaced?.peer ? [replaced.peer] : [])]) {
    const { up, promisc, ipv6, arpIgnore, arpAnnounce, alias = '' } = each;
    const settings = {
      ...(ipv6 !== undefined && { ipv6 }),
      ...(arpIgnore !== undefined && { arpIgnore }),
      ...(arpAnnounce !== undefined && { arpAnnounce }),
    };
    const attributes = { ...keptOf(each), up, promisc, ...settings };
    operations.push({ op: 'set', name: each.name, attributes, alias });
  }
  return [...operations, ...users.map((user) => noteFor(name, user))];
}
