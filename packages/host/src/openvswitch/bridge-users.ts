import * as values from '../ovsdb/values.js';
import type { RowSource } from './rows/database-rows.js';
import { byColumn, queryRows, queryTable } from './rows/queries.js';
import type { Snapshot } from './snapshot.js';

/** A port of a bridge: an ordinary one, which keeps the bridge, or a patch port, which does not. */
export interface BridgePort {
  readonly id: string;
  readonly name: string;
  readonly isPatch: boolean;
}

/**
 * The ports of bridges, except their local ports, by bridge. Bridges that do not exist are left out; if none of them
 * exists, nothing is read. A bridge has only the ids of its ports, so the names and types of all ports must be read.
 */
export async function readBridgePorts(
  source: RowSource,
  { bridges }: Snapshot,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, readonly BridgePort[]>> {
  const existing = names.filter((name) => bridges.has(name));
  if (existing.length === 0) return new Map();
  const { ports, patches } = await source.read(
    {
      ports: queryTable('Port', ['_uuid', 'name', 'interfaces']),
      patches: queryRows('Interface', ['_uuid', 'type'], ['patch'], byColumn('type')),
    },
    signal,
  );
  const patchIds = new Set(patches.get('patch')?.map(({ _uuid }) => values.readUuid(_uuid)));
  const all = new Map<string, BridgePort>();
  for (const row of ports) {
    const id = values.readUuid(row._uuid);
    const isPatch = values.readUuids(row.interfaces).every((each) => patchIds.has(each));
    all.set(id, { id, name: values.readString(row.name), isPatch });
  }
  return new Map(
    existing.map((name) => {
      const own = [...(bridges.get(name)?.ports ?? [])].flatMap((id) => all.get(id) ?? []);
      return [name, own.filter((port) => port.name !== name)];
    }),
  );
}
