import { type LinkAddress, type LinkRoute, tableWords } from './link-addresses.js';
import type { Move } from './relocation.js';

/**
 * Adds the addresses to the new link, so that both links have them, and makes the routes lead over it. Each route is
 * replaced atomically, so it exists at all times.
 */
export function renderArrival({ to, addresses, routes }: Move): string[] {
  return [...addresses.map((address) => renderAddress(address, to)), ...routes.map(renderRoute)];
}

/**
 * Removes the addresses from the old link, the last one first: with a primary address, the kernel also removes its
 * secondary ones.
 */
export function renderDeparture({ name, leaving }: Move): string[] {
  return leaving.toReversed().map((each) => `address delete ${plain(each)} dev ${name}`);
}

/** Whether what should be removed does not exist. */
export function isAlreadyGone(complaint: string): boolean {
  return /address not found|cannot assign requested address|cannot find device/i.test(complaint);
}

function plain({ address, peer }: LinkAddress): string {
  return peer === undefined ? address : `${address} peer ${peer}`;
}

function renderAddress(each: LinkAddress, link: string): string {
  const label = each.label === undefined ? [] : ['label', each.label];
  return ['address replace', plain(each), ...each.options, 'dev', link, ...label].join(' ');
}

function renderRoute({ destination, hops, options: others, table }: LinkRoute): string {
  const options = [...others, ...tableWords(table)];
  const nextHops = hops.map((hop) => [...hop.options, 'dev', hop.link]);
  const [only = []] = nextHops;
  const words = nextHops.length > 1 ? nextHops.flatMap((hop) => ['nexthop', ...hop]) : only;
  // The next hops of a multipath route come last: everything after `nexthop` belongs to it.
  const ordered = nextHops.length > 1 ? [...options, ...words] : [...words, ...options];
  return ['route replace', destination, ...ordered].join(' ');
}
