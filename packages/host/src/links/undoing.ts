import { isVifError, VifError } from '@vifkit/core';
import type { AttemptedTask } from '@vifkit/core/step-kinds';
import { isOurs, type LinkState } from './link-state.js';
import type { LinkSteps } from './link-steps.js';
import type { LinkOperation } from './link-table.js';
import { keptOf, type LinkProgress, type LinkWrite, makingOf, type Replaced } from './link-write.js';
import { noteFor } from './operations.js';

export type AttemptedLinkTask = AttemptedTask<LinkSteps, LinkWrite, LinkProgress>;

/** Whether an error tells that nothing was done that would have to be taken back. */
export function isUndone({ kind }: LinkWrite, error: VifError): boolean {
  switch (kind) {
    case 'make':
    case 'replace':
      return isVifError(error, 'LINK_EXISTS'); // what is there now, somebody else has made
    case 'remake':
      return isVifError(error, 'LINK_BUSY');
    case 'remove':
      return isVifError(error, 'LINK_COMMAND_FAILED');
    default:
      return false;
  }
}

/**
 * The operations that take a task back; none where there is nothing to take back, or an error where that is
 * impossible.
 * @param used links that something uses which does not go away as well
 * @param now a link that the task made, as it is by now
 */
export function undoing(
  { step, change, outcome }: AttemptedLinkTask,
  used: ReadonlySet<string>,
  now: LinkState | undefined,
): LinkOperation[] | VifError {
  const { name } = step;
  if (outcome.done === 'nothing') return [];
  // What was made well has our mark: without it, somebody has put another link in its place.
  const isAnothers = !outcome.error && now !== undefined && !isOurs(now);
  switch (change.kind) {
    case 'make': {
      if (change.create.type === 'command') return []; // undoing the command takes it away
      const isShared = step.kind === 'link' && step.shared;
      return isAnothers || (isShared && used.has(name)) ? [] : [{ op: 'delete', name }];
    }
    case 'replace':
      return isAnothers ? [] : bringBack(change.replaced);
    case 'remake': {
      const { create: was, was: before } = change;
      const { up, promisc, alias = '' } = before;
      return [
        { op: 'remake', name, create: makingOf(before.tap), was },
        { op: 'set', name, attributes: { ...keptOf(before), up, promisc }, alias },
      ];
    }
    case 'set': {
      const { former, mark, relocation } = change;
      const back = { op: 'set', name, attributes: former, ...(mark && { alias: mark.from }) } as const;
      return relocation ? [back, relocation.back] : [back];
    }
    case 'remove':
      return new VifError('LINK_COMMAND_FAILED', `Link ${name} was removed and cannot be brought back`);
    case 'note':
      return [{ op: 'note', name, user: change.user, present: !change.present }];
  }
}

/** What brings back a link that was removed to be made anew; with it the other end, if it is a veth. */
function bringBack({ link, peer: end }: Replaced): LinkOperation[] {
  const { name, type, peer, vlan, bridge, tap, users = [] } = link;
  const operations: LinkOperation[] = [{ op: 'delete', name }];
  if (type === 'bridge') operations.push({ op: 'add', name, create: { type }, ...(bridge && { bridge }) });
  if (type === 'tap' && tap) operations.push({ op: 'add', name, create: makingOf(tap) });
  if (type === 'veth' && peer !== undefined) operations.push({ op: 'add', name, create: { type, peer } });
  if (type === 'vlan' && vlan) operations.push({ op: 'add', name, create: { type, ...vlan } });
  for (const each of end ? [link, end] : [link]) {
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
