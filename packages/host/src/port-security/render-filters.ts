import type { GuestFilter, GuestFilters, WantedFilter } from './filter-table.js';
import { EMPTY_TABLE, TABLE } from './ruleset.js';

/** The lines for `nft -f -` that make changes. */
export function renderChanges(changes: readonly WantedFilter[], now: GuestFilters | undefined): string[] {
  const next = new Map(now?.guests);
  for (const { name } of changes) next.delete(name);
  for (const { name, filter } of changes) if (filter) next.set(name, filter);
  const removal = `delete table ${TABLE}`;
  if (next.size === 0) return now ? [removal] : [];
  const isWhole = now && now.fault === undefined;
  const fresh = isWhole ? [] : [...(now ? [removal] : []), ...EMPTY_TABLE];
  // A table that is made again has lost its guests.
  const names = isWhole ? [...new Set(changes.map(({ name }) => name))] : [...next.keys()];
  return [
    ...fresh,
    ...(isWhole ? names.flatMap((name) => removed(name, now.guests.get(name))) : []),
    ...names.flatMap((name) => elements('add', name, next.get(name))),
  ];
}

/** An element that somebody has already removed could not be deleted: it is added first. */
function removed(name: string, filter: GuestFilter | undefined): string[] {
  if (!filter?.isUnapplied) return elements('delete', name, filter);
  const { vifId, ...bare } = filter;
  return [...elements('add', name, bare), ...elements('delete', name, bare)];
}

function elements(verb: 'add' | 'delete', name: string, filter: GuestFilter | undefined): string[] {
  if (!filter) return [];
  const { mac, addresses, vifId } = filter;
  const link = JSON.stringify(name);
  const line = (set: string, element: string) => `${verb} element ${TABLE} ${set} { ${element} }`;
  return [
    line('guests', verb === 'add' && vifId !== undefined ? `${link} comment ${JSON.stringify(vifId)}` : link),
    line('macs', `${link} . ${mac}`),
    ...(addresses.length > 0 ? [line('addressed', link)] : []),
    ...addresses.map((ip) => line(ip.includes(':') ? 'ipv6' : 'ipv4', `${link} . ${ip}`)),
  ];
}
