import { VifError } from '@vifkit/core';
import type { GuestFilter } from './filter-table.js';

/** An object as `nft -j list table` prints it; only what we use. */
interface NftObject {
  readonly set?: { readonly name: string; readonly elem?: readonly unknown[] };
}

/** Reads the filters of guests from what `nft -j list table` printed. */
export function parseFilters(json: string): Map<string, GuestFilter> {
  let objects: readonly NftObject[];
  try {
    objects = JSON.parse(json).nftables;
  } catch (cause) {
    throw new VifError('FILTER_FAILED', '`nft -j list table` printed no JSON', { cause });
  }
  const macs = pairsIn(objects, 'macs');
  const owners = commentsIn(objects, 'guests');
  const addresses = [...pairsIn(objects, 'ipv4'), ...pairsIn(objects, 'ipv6')];
  return new Map(
    macs.map(([name, mac]) => {
      const own = addresses.filter(([link]) => link === name).map(([, address]) => address);
      const vifId = owners.get(name);
      return [name, { mac, addresses: own.sort(), ...(vifId !== undefined && { vifId }) }];
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

/** What is noted of the elements of a set that have a comment. */
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
