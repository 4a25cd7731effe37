import { VifError } from '@vifkit/core';
import type { GuestFilter, GuestFilters } from './filter-table.js';
import { CHAINS, commentOf, SETS } from './ruleset.js';

/** An object as `nft -j list table` prints it; only the fields that we use. */
interface NftObject {
  readonly table?: { readonly flags?: unknown };
  readonly set?: { readonly name: string; readonly elem?: readonly unknown[] };
  readonly chain?: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly rule?: { readonly chain: string; readonly comment?: string; readonly expr?: readonly unknown[] };
}

/** Parses the guest filters from the output of `nft -j list table`. */
export function parseFilters(json: string): GuestFilters {
  let objects: readonly NftObject[];
  try {
    objects = JSON.parse(json).nftables;
  } catch (cause) {
    throw new VifError('FILTER_FAILED', '`nft -j list table` printed no JSON', { cause });
  }
  const macs = pairsIn(objects, 'macs');
  const owners = commentsIn(objects, 'guests');
  const [applied, addressed] = [membersOf(objects, 'guests'), membersOf(objects, 'addressed')];
  const addresses = [...pairsIn(objects, 'ipv4'), ...pairsIn(objects, 'ipv6')];
  const fault = faultIn(objects);
  const guests = macs.map(([name, mac]): [string, GuestFilter] => {
    const own = addresses.filter(([link]) => link === name).map(([, address]) => address);
    const vifId = owners.get(name);
    const isUnapplied = !applied.has(name) || addressed.has(name) !== own.length > 0;
    const known = { mac, addresses: own.sort(), ...(vifId !== undefined && { vifId }) };
    return [name, { ...known, ...(isUnapplied && { isUnapplied }) }];
  });
  return { guests: new Map(guests), ...(fault !== undefined && { fault }) };
}

/** What is wrong with the rules; undefined if nothing is. Each chain must have exactly our rules, in order. */
function faultIn(objects: readonly NftObject[]): string | undefined {
  if (objects.some(({ table }) => table?.flags !== undefined))
    return 'the table of the filters is switched off';
  const lacking = Object.keys(SETS).find((name) => !objects.some(({ set }) => set?.name === name));
  if (lacking !== undefined) return `the filters lack their set ${lacking}`;
  for (const { name, hook, rules } of CHAINS) {
    const chain = objects.find((each) => each.chain?.name === name)?.chain;
    if (!chain) return `the filters lack their chain ${name}`;
    const isHooked = Object.entries(hook ?? {}).every(([key, value]) => chain[key] === value);
    if (!isHooked) return `chain ${name} of the filters is not where it should be`;
    const found = objects.flatMap(({ rule }) => (rule?.chain === name ? [rule] : []));
    if (found.length < rules.length) return `chain ${name} of the filters lacks rules`;
    const areOurs = found.every((rule, i) => rule.comment === commentOf(rules, i) && endsAs(rule, rules[i]));
    if (!areOurs || found.length > rules.length)
      return `chain ${name} of the filters has other rules than its own`;
  }
  const other = objects.find(({ chain }) => chain && !CHAINS.some(({ name }) => name === chain.name))?.chain;
  return other && `the filters have a chain ${other.name} that is not theirs`;
}

/** Whether a rule ends in the expected verdict: drop, accept, or jump. */
function endsAs({ expr }: { readonly expr?: readonly unknown[] }, rule = ''): boolean {
  const verdict = /(drop|accept|jump)(?: \w+)?$/.exec(rule)?.[1] ?? '';
  const last = expr?.at(-1);
  return typeof last === 'object' && last !== null && verdict in last;
}

/** The members of a set of links, whether they have a comment or not. */
function membersOf(objects: readonly NftObject[], name: string): Set<string> {
  return new Set(
    elementsOf(objects, name).map((element) => {
      return String(typeof element === 'string' ? element : property(property(element, 'elem'), 'val'));
    }),
  );
}

/** The elements of a set of links, each with an address. */
function pairsIn(objects: readonly NftObject[], name: string): [link: string, address: string][] {
  return elementsOf(objects, name).flatMap((element) => {
    const pair = property(element, 'concat');
    return Array.isArray(pair) ? [[String(pair[0]), String(pair[1])]] : [];
  });
}

/** The comments of the elements of a set that have one. */
function commentsIn(objects: readonly NftObject[], name: string): Map<string, string> {
  return new Map(
    elementsOf(objects, name).flatMap((element): [string, string][] => {
      const [value, comment] = ['val', 'comment'].map((key) => property(property(element, 'elem'), key));
      return typeof value === 'string' && typeof comment === 'string' ? [[value, comment]] : [];
    }),
  );
}

function elementsOf(objects: readonly NftObject[], name: string): readonly unknown[] {
  return objects.find(({ set }) => set?.name === name)?.set?.elem ?? [];
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
