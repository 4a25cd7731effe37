import { type LinkAddress, type LinkRoute, tableWords } from './link-addresses.js';
import type { Move } from './relocation.js';

/**
 * Gives the addresses to the link that gets them, which both have then, and makes the routes lead over it: each is
 * replaced in one go, so that there is no moment without it.
 */
export function renderArrival({ to, addresses, routes }: Move): string[] {
  return [...addresses.map((address) => renderAddress(address, to)), ...routes.map(renderRoute)];
}

/**
 * Takes the addresses from the link that had them. The last one goes first: the kernel removes with a primary
 * address its secondary ones.
 */
export function renderDeparture({ name, leaving }: Move): string[] {
  return leaving.toReversed().map((each) => `address delete ${plain(each)} dev ${name}`);
}

/** What was to be removed is not there. */
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
  const ways = hops.map((hop) => [...hop.options, 'dev', hop.link]);
  const [only = []] = ways;
  const words = ways.length > 1 ? ways.flatMap((way) => ['nexthop', ...way]) : only;
  // The ways of a route with several come last: what follows `nexthop` belongs to it.
  const ordered = ways.length > 1 ? [...options, ...words] : [...words, ...options];
  return ['route replace', destination, ...ordered].join(' ');
}
