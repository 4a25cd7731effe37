import type { GuestFilter, WantedFilter } from './filter-table.js';
import { EMPTY_TABLE, TABLE } from './ruleset.js';

type Filters = ReadonlyMap<string, GuestFilter>;

/** The lines for `nft -f -` that make changes, given the filters there are; undefined without a table. */
export function renderChanges(changes: readonly WantedFilter[], now: Filters | undefined): string[] {
  const next = new Map(now);
  for (const { name, filter } of changes) {
    if (filter) next.set(name, filter);
    else next.delete(name);
  }
  if (next.size === 0) return now ? [`delete table ${TABLE}`] : [];
  const names = [...new Set(changes.map(({ name }) => name))];
  return [
    ...(now ? [] : EMPTY_TABLE),
    ...names.flatMap((name) => elements('delete', name, now?.get(name))),
    ...names.flatMap((name) => elements('add', name, next.get(name))),
  ];
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
