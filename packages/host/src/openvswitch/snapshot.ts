import * as values from '../ovsdb/values.js';
import { ownedPortQueries, readOwnedPorts } from './owned-ports.js';
import { qosId } from './qos.js';
import type { RowSource } from './rows/database-rows.js';
import { byColumn, byExternalId } from './rows/key.js';
import { queryRows, queryTable } from './rows/row-query.js';
import { COLUMNS } from './rows/schema.js';
import type { OvsBridge, OvsInterface, OvsOwner, OvsPort } from './state.js';

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
  /** The QoS rows made for ports, by port, where they were asked for. */
  readonly qos: ReadonlyMap<string, readonly values.Uuid[]>;
  /** The names of VIFs' ports, by VIF, where they were asked for: they need not be among the ports. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
}

/** What is read besides the bridges. */
export interface Wanted {
  readonly ports: Iterable<string>;
  /** Ports whose QoS rows are wanted: they may have some even where they do not exist. */
  readonly qosOf?: Iterable<string>;
  /** VIFs whose ports are looked for. */
  readonly owners?: readonly OvsOwner[];
}

/** Reads them together. All bridges are read, since a port does not say which it is on. */
export async function readSnapshot(
  source: RowSource,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { owners = [] } = wanted;
  const names = [...new Set(wanted.ports)];
  const qosPorts = new Map([...(wanted.qosOf ?? [])].map((port) => [qosId(port), port]));
  const rows = await source.read(
    {
      root: queryTable('Open_vSwitch', ['_uuid']),
      bridges: queryTable('Bridge', ['_uuid', ...COLUMNS.Bridge]),
      ports: queryRows('Port', ['_uuid', ...COLUMNS.Port], names, byColumn('name')),
      interfaces: queryRows('Interface', ['_uuid', ...COLUMNS.Interface], names, byColumn('name')),
      qos: queryRows('QoS', ['_uuid', 'external_ids'], qosPorts.keys(), byExternalId('id')),
      ...ownedPortQueries(owners),
    },
    signal,
  );
  const bridges = new Map(rows.bridges.map((row) => [values.readString(row.name), readBridge(row)]));
  const ports = new Map<string, PortRow>();
  for (const name of names) {
    const port = readPort(rows.ports.get(name)?.[0], rows.interfaces.get(name)?.[0], bridges);
    if (port) ports.set(name, port);
  }
  const qos = [...qosPorts].map(([id, port]): [string, values.Uuid[]] => [
    port,
    (rows.qos.get(id) ?? []).map(({ _uuid }) => values.uuid(values.readUuid(_uuid))),
  ]);
  const owned = readOwnedPorts(owners, rows);
  return { initialized: rows.root.length > 0, bridges, ports, qos: new Map(qos), owned };
}

/** All bridges and ports that rows tell of, by name. */
export function readSwitch(
  bridgeRows: readonly values.Row[],
  portRows: readonly values.Row[],
  interfaceRows: readonly values.Row[],
): { readonly bridges: ReadonlyMap<string, OvsBridge>; readonly ports: ReadonlyMap<string, OvsPort> } {
  const found = new Map(bridgeRows.map((row) => [values.readString(row.name), readBridge(row)]));
  const interfaces = new Map(interfaceRows.map((row) => [values.readString(row.name), row]));
  const ports = new Map<string, OvsPort>();
  for (const row of portRows) {
    const name = values.readString(row.name);
    const port = readPort(row, interfaces.get(name), found);
    if (port)
      ports.set(name, withoutRef({ ...port, interface: port.interface && withoutRef(port.interface) }));
  }
  const bridges = [...found].map(([name, { datapathType, externalIds }]) => {
    const mtuRequest = ports.get(name)?.interface?.mtuRequest;
    return [name, { datapathType, externalIds, mtuRequest }] as const;
  });
  return { bridges: new Map(bridges), ports };
}

function withoutRef<T extends { readonly ref: RowRef }>({ ref: _, ...rest }: T): Omit<T, 'ref'> {
  return rest;
}

/** Bridges as they were read from rows that are still the same: one may have thousands of ports. */
const readBridges = new WeakMap<values.Row, BridgeRow>();

function readBridge(row: values.Row): BridgeRow {
  const known = readBridges.get(row);
  if (known) return known;
  const bridge = {
    ref: values.uuid(values.readUuid(row._uuid)),
    datapathType: values.readString(row.datapath_type) as OvsBridge['datapathType'],
    externalIds: values.readStrings(row.external_ids),
    ports: new Set(values.readUuids(row.ports)),
  };
  readBridges.set(row, bridge);
  return bridge;
}

function readPort(
  row: values.Row | undefined,
  interfaceRow: values.Row | undefined,
  bridges: ReadonlyMap<string, BridgeRow>,
): PortRow | undefined {
  if (!row) return undefined;
  const id = values.readUuid(row._uuid);
  const bridge = bridgeOf(id, bridges);
  if (bridge === undefined) return undefined;
  const members = values.readUuids(row.interfaces);
  const own = interfaceRow && readInterface(interfaceRow);
  return {
    ref: values.uuid(id),
    bridge,
    tag: values.readOptionalInteger(row.tag),
    vlanMode: values.readOptionalString(row.vlan_mode) as OvsPort['vlanMode'],
    trunks: values.readSet(row.trunks).map(Number),
    externalIds: values.readStrings(row.external_ids),
    interface: own && members.length === 1 && members[0] === own.ref[1] ? own : undefined,
  };
}

function bridgeOf(port: string, bridges: ReadonlyMap<string, BridgeRow>): string | undefined {
  for (const [name, { ports }] of bridges) if (ports.has(port)) return name;
  return undefined;
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
