import type { OvsdbClient } from '../ovsdb/client.js';
import type { Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import type { OvsBridge, OvsInterface, OvsPort } from './state.js';

export const DATABASE = 'Open_vSwitch';

/** How a transaction names a row: by its uuid, or by a name of its own if it inserts the row itself. */
export type RowRef = values.Uuid | values.NamedUuid;

interface BridgeRow extends Omit<OvsBridge, 'mtuRequest'> {
  readonly ref: RowRef;
  /** The second halves of its ports' references. */
  readonly ports: ReadonlySet<string>;
}

interface PortRow extends OvsPort {
  readonly ref: RowRef;
  readonly interface: (OvsInterface & { readonly ref: RowRef }) | undefined;
}

/** Every bridge, and the ports that were asked for, as rows of the database. */
export interface Snapshot {
  /** Whether the database has its root row. One that was just created has not. */
  readonly initialized: boolean;
  readonly bridges: ReadonlyMap<string, BridgeRow>;
  readonly ports: ReadonlyMap<string, PortRow>;
}

const BRIDGE_COLUMNS = ['_uuid', 'name', 'datapath_type', 'external_ids', 'ports'];
const PORT_COLUMNS = ['_uuid', 'tag', 'external_ids', 'interfaces'];
const INTERFACE_COLUMNS = ['_uuid', 'type', 'external_ids', 'options', 'mtu_request', 'ofport', 'error'];

/** Reads them in one transaction. All bridges are read, since a port does not say which it is on. */
export async function readSnapshot(
  client: OvsdbClient,
  portNames: Iterable<string>,
  signal: AbortSignal,
): Promise<Snapshot> {
  const names = [...new Set(portNames)];
  const byName = (table: string, columns: readonly string[]) =>
    names.map((name): Operation => ({ op: 'select', table, where: [['name', '==', name]], columns }));
  const operations: Operation[] = [
    { op: 'select', table: 'Open_vSwitch', where: [], columns: ['_uuid'] },
    { op: 'select', table: 'Bridge', where: [], columns: BRIDGE_COLUMNS },
    ...byName('Port', PORT_COLUMNS),
    ...byName('Interface', INTERFACE_COLUMNS),
  ];
  const results = await client.transact(DATABASE, operations, signal);
  const [roots, bridgeRows, ...named] = results.map(({ rows }) => rows ?? []);

  const bridges = new Map((bridgeRows ?? []).map((row) => [values.readString(row.name), readBridge(row)]));
  const ports = new Map<string, PortRow>();
  for (const [i, name] of names.entries()) {
    const port = readPort(named[i]?.[0], named[names.length + i]?.[0], bridges);
    if (port) ports.set(name, port);
  }
  return { initialized: (roots ?? []).length > 0, bridges, ports };
}

function readBridge(row: values.Row): BridgeRow {
  return {
    ref: values.uuid(values.readUuid(row._uuid)),
    datapathType: values.readString(row.datapath_type),
    externalIds: values.readStrings(row.external_ids),
    ports: new Set(values.readUuids(row.ports)),
  };
}

function readPort(
  row: values.Row | undefined,
  interfaceRow: values.Row | undefined,
  bridges: ReadonlyMap<string, BridgeRow>,
): PortRow | undefined {
  if (!row) return undefined;
  const id = values.readUuid(row._uuid);
  const [bridge] = [...bridges].find(([, { ports }]) => ports.has(id)) ?? [];
  if (bridge === undefined) return undefined;
  const members = values.readUuids(row.interfaces);
  const own = interfaceRow && readInterface(interfaceRow);
  return {
    ref: values.uuid(id),
    bridge,
    tag: values.readOptionalInteger(row.tag),
    externalIds: values.readStrings(row.external_ids),
    interface: own && members.length === 1 && members[0] === own.ref[1] ? own : undefined,
  };
}

function readInterface(row: values.Row): OvsInterface & { ref: RowRef } {
  return {
    ref: values.uuid(values.readUuid(row._uuid)),
    type: values.readString(row.type),
    externalIds: values.readStrings(row.external_ids),
    options: values.readStrings(row.options),
    mtuRequest: values.readOptionalInteger(row.mtu_request),
    ofport: values.readOptionalInteger(row.ofport),
    error: values.readOptionalString(row.error),
  };
}
