import { isSameVif } from '@vifkit/core';
import * as values from '../ovsdb/values.js';
import { OWNER_KEY } from './marks.js';
import { byExternalId } from './rows/key.js';
import { queryRows } from './rows/row-query.js';
import type { Snapshot } from './snapshot.js';
import type { OvsOwner } from './state.js';

/** What asks for the ports of VIFs: those with our mark, and those whose interface has its `iface-id`. */
export function ownedPortQueries(owners: readonly OvsOwner[]) {
  return {
    marked: queryRows(
      'Port',
      ['name', 'external_ids'],
      owners.map(({ vifId }) => vifId),
      byExternalId(OWNER_KEY),
    ),
    named: queryRows(
      'Interface',
      ['name', 'type', 'external_ids'],
      owners.map(({ interfaceId }) => interfaceId),
      byExternalId('iface-id'),
    ),
  };
}

type Rows = ReadonlyMap<string, readonly values.Row[]>;

/** The names of VIFs' ports, by VIF, as far as rows tell. */
export function readOwnedPorts(
  owners: readonly OvsOwner[],
  { marked, named }: { readonly marked: Rows; readonly named: Rows },
): Map<string, string[]> {
  const result = new Map<string, Set<string>>();
  for (const { vifId, interfaceId } of owners) {
    // Neutron's agent gives the iface-id to patch ports too, which join a trunk's bridge to the integration bridge.
    const own = (named.get(interfaceId) ?? []).filter(({ type }) => type !== 'patch');
    const names = [...(marked.get(vifId) ?? []), ...own].map(({ name }) => values.readString(name));
    result.set(vifId, new Set([...(result.get(vifId) ?? []), ...names]));
  }
  return new Map([...result].map(([vifId, names]) => [vifId, [...names].sort()]));
}

/** Of those, the ports that there are, and that have no mark of another VIF. */
export function confirmOwned(
  found: ReadonlyMap<string, readonly string[]>,
  { ports }: Snapshot,
): Map<string, string[]> {
  return new Map(
    [...found].map(([vifId, names]) => [
      vifId,
      names.filter((name) => {
        // An interface of that id may be a member of a bond: then no port has its name.
        const port = ports.get(name);
        const mark = port?.externalIds[OWNER_KEY];
        return port !== undefined && (mark === undefined || isSameVif(mark, vifId));
      }),
    ]),
  );
}
