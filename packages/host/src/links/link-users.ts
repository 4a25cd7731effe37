import { isSameVif } from '@vifkit/core';
import type { Inspection, VifStep } from '@vifkit/core/step-kinds';
import { hybridBridgeName, type LinkUserAbsentStep, type LinkUserStep, tapName } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import { isOurs, isShared, type LinkState, OVS_DATAPATH } from './link-state.js';
import type { LinkSteps, LinkWrite } from './link-write.js';

type Links = ReadonlyMap<string, LinkState>;

const PREFIX = 'vifkit';

/** The alternative name that notes a user on a link. No two links can have the same one. */
export function noteOf(link: string, user: string): string {
  return `${PREFIX}-${link}-${user}`;
}

/** The users that are noted on a link. */
export function usersIn(link: string, alternativeNames: readonly string[]): string[] {
  const start = noteOf(link, '');
  return alternativeNames.flatMap((name) => (name.startsWith(start) ? [name.slice(start.length)] : []));
}

/** The link below this one. */
function lowerOf({ lower, vlan }: LinkState): string | undefined {
  return lower ?? vlan?.link;
}

/** The names of links that are in use: those with a member, a link on top of them, or a user. */
export function usedLinks(
  links: Links,
  leaving: { readonly links: ReadonlySet<string>; readonly notes: ReadonlySet<string> },
): Set<string> {
  return new Set(
    [...links.values()].flatMap((link) => {
      const { name, master, users = [] } = link;
      const others = users.some((user) => !leaving.notes.has(noteOf(name, user)));
      const used = leaving.links.has(name) ? [] : [master, lowerOf(link)];
      return [...used, ...(others ? [name] : [])].filter((each) => each !== undefined);
    }),
  );
}

/**
 * Shared bridges, and their members, that keep only each other: the steps are about all of them, and nothing else uses
 * them. They are removed together.
 */
export function unusedTogether(
  steps: readonly LinkSteps[],
  links: Links,
  notes: ReadonlySet<string>,
): Set<string> {
  const named = new Set(steps.flatMap((step) => (step.kind === 'linkUserAbsent' ? step.name : [])));
  const all = [...links.values()];
  const candidates = all.filter((link) => named.has(link.name) && isShared(link));
  const tops = candidates.filter(({ master }) => master === undefined);
  const groups = tops.map((top) => [top, ...all.filter(({ master }) => master === top.name)]);
  return new Set(
    groups.flatMap((group) => {
      const names = group.map(({ name }) => name);
      const used = usedLinks(links, { links: new Set(names), notes });
      return group.every((link) => candidates.includes(link) && !used.has(link.name)) ? names : [];
    }),
  );
}

/** Checks for a user on a link, which may not have been made yet. */
export function inspectUser({ user }: LinkUserStep, state: LinkState | undefined): Inspection<LinkWrite> {
  if (state?.users?.includes(user)) return { differences: [] };
  const differences = [{ attribute: 'user', expected: user, actual: null }];
  return { change: { kind: 'note', user, present: true }, differences };
}

/**
 * Checks for a user to be removed, and whether the link is to be removed with its last users.
 * @param together links that are removed with each other, see {@link unusedTogether}
 */
export function inspectUserAbsence(
  { name, type, user }: LinkUserAbsentStep,
  links: Links,
  used: ReadonlySet<string>,
  together: ReadonlySet<string>,
): Inspection<LinkWrite> {
  const state = links.get(name);
  if (!state) return { differences: [] };
  // A link that existed before us, or that is in a bridge that stays, is not ours to remove.
  const isFree = state.master === undefined || together.has(state.master);
  if (isOurs(state) && state.type === type && isFree && !used.has(name)) {
    const differences = [{ attribute: 'exists', expected: false, actual: true }];
    return { change: { kind: 'remove', removed: { link: state } }, differences };
  }
  if (!state.users?.includes(user)) return { differences: [] };
  const differences = [{ attribute: 'user', expected: null, actual: user }];
  return { change: { kind: 'note', user, present: false }, differences };
}

/**
 * The bridges and taps that a request names freely, and that have no mark: their names do not show whose they are. Any
 * can be named there, also the host's own.
 */
export function linksByRequest(all: readonly VifStep<LinkSteps>[], links: Links): VifStep<LinkSteps>[] {
  return all.filter(({ step, vifId }) => {
    const state = links.get(step.name);
    if (!state || state.alias || isSameName(step.name, derivedName(state, vifId))) return false;
    if (state.type !== 'bridge' && state.type !== 'tap') return false;
    if (step.kind === 'linkAbsent') return step.own;
    return step.kind === 'link' && step.create?.type === state.type && !step.shared;
  });
}

/** The name that a link of this type has if it is derived from the VIF's id. */
function derivedName({ type }: LinkState, vifId: string): string {
  return type === 'tap' ? tapName(vifId) : hybridBridgeName(vifId);
}

/**
 * The links of guests, which the request names, that are still to be connected to a switch and have no mark. If one has
 * an address, it is the host's own.
 */
export function joiningLinks(all: readonly VifStep<LinkSteps>[], links: Links): VifStep<LinkSteps>[] {
  return all.filter(({ step }) => {
    const state = links.get(step.name);
    if (!state || isOurs(state) || step.kind !== 'link' || step.create) return false;
    if (step.ifPresent) return step.set?.master !== undefined && step.set.master !== state.master;
    return step.unbridged === true && state.master !== OVS_DATAPATH;
  });
}

/** Names that are derived from the id of a VIF, which may be written in either case. */
function isSameName(name: string, derived: string): boolean {
  return name.toLowerCase() === derived.toLowerCase();
}

/** What shows that links serve others than the VIF that names them. */
export function usesOf(
  of: { readonly named: readonly VifStep<LinkSteps>[]; readonly joining: readonly VifStep<LinkSteps>[] },
  all: readonly VifStep<LinkSteps>[],
  links: Links,
  addressing: ReadonlyMap<string, LinkAddressing>,
): Map<LinkSteps, string> {
  const uses = [
    ...of.named.map((each) => [each.step, otherUseOf(each, all, links, addressing)] as const),
    ...of.joining.map(({ step }) => [step, addressing.get(step.name)?.addresses[0]?.address] as const),
  ];
  return new Map(uses.flatMap(([step, use]) => (use === undefined ? [] : [[step, use] as const])));
}

/**
 * What shows that a link serves others than the VIF: an address, a member, or a link on top of it. Undefined if
 * nothing does.
 * @param all the steps of its VIF, and possibly of others
 */
function otherUseOf(
  { step: { name }, vifId }: VifStep<LinkSteps>,
  all: readonly VifStep<LinkSteps>[],
  links: Links,
  addressing: ReadonlyMap<string, LinkAddressing>,
): string | undefined {
  const own = new Set(all.flatMap((each) => (isSameVif(each.vifId, vifId) ? each.step.name : [])));
  const [address] = addressing.get(name)?.addresses ?? [];
  if (address) return address.address;
  const users = [...links.values()].filter((link) => link.master === name || lowerOf(link) === name);
  return users.find((link) => !own.has(link.name))?.name;
}
