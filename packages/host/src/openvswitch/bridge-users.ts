import * as values from '../ovsdb/values.js';
import type { RowSource } from './rows/database-rows.js';
import { byColumn, queryRows, queryTable } from './rows/queries.js';
import type { Snapshot } from './snapshot.js';

/** A port that keeps its bridge, or a patch port, which does not. */
export interface BridgePort {
  readonly id: string;
  readonly name: string;
  readonly isPatch: boolean;
}

/**
 * The ports of bridges but their local ones, by bridge. Bridges that do not exist are left out, and if none of them
 * does, nothing is read: a bridge has only the ids of its ports, so that the names and types of all ports are read.
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
