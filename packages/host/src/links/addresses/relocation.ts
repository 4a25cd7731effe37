import { VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/core/step-kinds';
import type { LinkStep } from '@vifkit/core/steps';
import {
  type LinkAddress,
  type LinkAddressing,
  type LinkRoute,
  noAddressing,
  routeText,
} from './link-addresses.js';
import { type LinkRule, rulesLost } from './link-rules.js';

/**
 * Adds addresses and routes to another link, and then removes the addresses from this one, but only if no earlier
 * operation on either link has failed. Addresses that are already gone are not a failure.
 */
export interface Move {
  readonly op: 'move';
  readonly name: string;
  readonly to: string;
  readonly addresses: readonly LinkAddress[];
  /** The routes as they should be. */
  readonly routes: readonly LinkRoute[];
  /** The addresses that are removed from this link; it keeps its others. */
  readonly leaving: readonly LinkAddress[];
}

/** The move of addresses and routes from a link to its bridge, and the move back. */
export interface Relocation {
  readonly there: Move;
  readonly back: Move;
}

/** What must be moved from a link to its bridge; undefined if nothing must. */
export function relocationOf(
  { name, set, yieldAddresses }: LinkStep,
  all: ReadonlyMap<string, LinkAddressing>,
): Relocation | undefined {
  const to = set?.master;
  const { addresses, routes } = all.get(name) ?? noAddressing;
  if (!yieldAddresses || to === undefined || addresses.length + routes.length === 0) return undefined;
  const there = addresses.map((address) => relabelled(address, name, to));
  const moved = routes.map((route) => ({
    ...route,
    hops: route.hops.map((hop) => (hop.link === name ? { ...hop, link: to } : hop)),
  }));
  // Addresses that the bridge already had stay there.
  const had = new Set(all.get(to)?.addresses.map(({ address }) => address));
  const leaving = there.filter(({ address }) => !had.has(address));
  return {
    there: { op: 'move', name, to, addresses: there, routes: moved, leaving: addresses },
    back: { op: 'move', name: to, to: name, addresses, routes, leaving },
  };
}

/**
 * Why a relocation would lose routing that the host depends on; undefined if it would not.
 * @param rules the rules that name links
 */
export function relocationBlocker(
  { there: { name, to } }: Relocation,
  all: ReadonlyMap<string, LinkAddressing>,
  rules: readonly LinkRule[],
): VifError | undefined {
  const [fixed] = all.get(name)?.fixedRoutes ?? [];
  if (fixed) {
    const text = `Route ${fixed.route} over link ${name} cannot be moved to bridge ${to}, because of its '${fixed.because}'`;
    return new VifError('LINK_ROUTES_FIXED', `${text}: add it without that, or remove it, and plug again`);
  }
  const [rule] = rulesLost(rules, name, to);
  if (!rule) return undefined;
  const { family, direction, priority } = rule;
  const what = `Rule ${priority} of ${family === 'inet' ? 'IPv4' : 'IPv6'} has '${direction} ${name}'`;
  const text = `${what}, and would match nothing once bridge ${to} has the link's addresses`;
  return new VifError('LINK_ROUTES_FIXED', `${text}: add the same rule for ${to}, and plug again`);
}

export function relocationDifferences({ there }: Relocation): Difference[] {
  const found = {
    addresses: there.leaving.map(({ address }) => address),
    routes: there.routes.map(routeText),
  };
  return Object.entries(found)
    .filter(([, actual]) => actual.length > 0)
    .map(([attribute, actual]) => ({ attribute, expected: [], actual }));
}

/**
 * The failure that prevents a move: that of an earlier operation on either link. A link never loses an address before
 * the other has it.
 */
export function failureBeforeMove(
  move: Move,
  before: readonly { readonly name: string }[],
  outcomes: readonly (VifError | undefined)[],
): VifError | undefined {
  const failed = before.findIndex(({ name }, i) => outcomes[i] && (name === move.name || name === move.to));
  return outcomes[failed];
}

/** The kernel accepts only labels that begin with the link's name. */
function relabelled({ label, ...address }: LinkAddress, from: string, to: string): LinkAddress {
  const moved = label?.startsWith(`${from}:`) ? to + label.slice(from.length) : '';
  return moved !== '' && moved.length < 16 ? { ...address, label: moved } : address;
}
