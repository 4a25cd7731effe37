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
 * Gives addresses and routes to another link, and then takes the addresses away from this one: only if nothing of
 * what was to be done to the two before has failed. Addresses that are gone already are no failure.
 */
export interface Move {
  readonly op: 'move';
  readonly name: string;
  readonly to: string;
  readonly addresses: readonly LinkAddress[];
  /** As they are to be. */
  readonly routes: readonly LinkRoute[];
  /** What is taken away from this link; it keeps others. */
  readonly leaving: readonly LinkAddress[];
}

/** Addresses and routes that go from a link to its bridge, and the way back. */
export interface Relocation {
  readonly there: Move;
  readonly back: Move;
}

/** What a link still has that belongs on its bridge; undefined if there is nothing. */
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
  // What the bridge had of them before stays there.
  const had = new Set(all.get(to)?.addresses.map(({ address }) => address));
  const leaving = there.filter(({ address }) => !had.has(address));
  return {
    there: { op: 'move', name, to, addresses: there, routes: moved, leaving: addresses },
    back: { op: 'move', name: to, to: name, addresses, routes, leaving },
  };
}

/**
 * Why a relocation would lose something that the host is reached by; undefined if it would not.
 * @param rules those that name links
 */
export function relocationHindrance(
  { there: { name, to } }: Relocation,
  all: ReadonlyMap<string, LinkAddressing>,
  rules: readonly LinkRule[],
): VifError | undefined {
  const [fixed] = all.get(name)?.fixedRoutes ?? [];
  if (fixed) {
    const text = `Route ${fixed.route} over link ${name} cannot be moved to bridge ${to}, for its '${fixed.because}'`;
    return new VifError('LINK_ROUTES_FIXED', `${text}: make it without, or remove it, and plug again`);
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
 * The failure that keeps addresses where they are: one of what was to be done before to either link. A link never
 * gives an address away before the other has it.
 */
export function hindrance(
  move: Move,
  before: readonly { readonly name: string }[],
  outcomes: readonly (VifError | undefined)[],
): VifError | undefined {
  const failed = before.findIndex(({ name }, i) => outcomes[i] && (name === move.name || name === move.to));
  return outcomes[failed];
}

/** The kernel takes labels only that begin with the link's name. */
function relabelled({ label, ...address }: LinkAddress, from: string, to: string): LinkAddress {
  const moved = label?.startsWith(`${from}:`) ? to + label.slice(from.length) : '';
  return moved !== '' && moved.length < 16 ? { ...address, label: moved } : address;
}
