import * as values from '../ovsdb/values.js';
import { OWNER_KEY } from './marks.js';
import type { RowSource } from './rows/database-rows.js';
import { byExternalId } from './rows/key.js';
import { queryRows } from './rows/row-query.js';
import type { OvsOwner } from './state.js';

/** The names of VIFs' ports, by VIF: those with our mark, and those whose interface has its `iface-id`. */
export async function findOwnedPorts(
  source: RowSource,
  owners: readonly OvsOwner[],
  signal: AbortSignal,
): Promise<Map<string, string[]>> {
  if (owners.length === 0) return new Map();
  const { marked, named } = await source.read(
    {
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
    },
    signal,
  );
  return new Map(
    owners.map(({ vifId, interfaceId }) => {
      // Neutron's agent gives the iface-id to patch ports too, which join a trunk's bridge to the integration bridge.
      const own = (named.get(interfaceId) ?? []).filter(({ type }) => type !== 'patch');
      const names = [...(marked.get(vifId) ?? []), ...own].map(({ name }) => values.readString(name));
      return [vifId, [...new Set(names)].sort()];
    }),
  );
}
