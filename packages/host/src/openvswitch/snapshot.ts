import { isSameVif } from '@vifkit/core';
import * as values from '../ovsdb/values.js';
import { OWNER_KEY, qosId, searchedIds } from './marks.js';
import type { RowSource } from './rows/database-rows.js';
import { byColumn, byExternalId, byReference, queryRows, queryTable } from './rows/queries.js';
import type { OvsBridge, OvsInterface, OvsPort, Owner } from './state.js';

/** How a transaction refers to a row: by its uuid, or by a name within the transaction if it inserts the row itself. */
export type RowRef = values.Uuid | values.NamedUuid;

export interface BridgeRow extends Omit<OvsBridge, 'mtuRequest'> {
  readonly ref: RowRef;
  /** The second elements of the references to its ports. */
  readonly ports: ReadonlySet<string>;
}

export interface PortRow extends OvsPort {
  readonly ref: RowRef;
  readonly interface: (OvsInterface & { readonly ref: RowRef }) | undefined;
}

/** Every bridge, and the requested ports, as rows of the database. */
export interface Snapshot {
  /** Whether the database has its root row. A new database does not. */
  readonly initialized: boolean;
  /** OVN manages this host: a plug must not make its bridges. */
  readonly isOvnManaged: boolean;
  readonly bridges: ReadonlyMap<string, BridgeRow>;
  readonly ports: ReadonlyMap<string, PortRow>;
  /** The names of requested ports that do not exist, but are those of interfaces: members of bonds. */
  readonly members: ReadonlySet<string>;
  /** The QoS rows made for ports, by port, if requested; not those that somebody has given to another port too. */
  readonly qos: ReadonlyMap<string, readonly values.Row[]>;
  /** The names of VIFs' ports, by VIF, if requested: all are among the ports. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
}

/** What is read besides the bridges. */
export interface Wanted {
  readonly ports: Iterable<string>;
  /** Ports whose QoS rows are wanted: there may be rows even for ports that do not exist. */
  readonly qosOf?: Iterable<string>;
  /** VIFs whose ports are searched for. */
  readonly owners?: readonly Owner[];
}

type Rows = ReadonlyMap<string, readonly values.Row[]>;

const portColumns = [
  ...(['_uuid', 'name', 'tag', 'vlan_mode', 'trunks'] as const),
  ...(['external_ids', 'interfaces'] as const),
];
const interfaceColumns = [
  ...(['_uuid', 'name', 'type', 'external_ids', 'options'] as const),
  ...(['mtu_request', 'ofport', 'error'] as const),
];

/**
 * Reads everything together. All bridges are read, since a port does not refer to its bridge. What is found of a VIF by
 * its mark or its `iface-id` is usually complete: only if a port is found without its interface, or the reverse, is the
 * missing row read.
 */
export async function readSnapshot(
  source: RowSource,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { owners = [] } = wanted;
  const names = new Set(wanted.ports);
  const qosPorts = new Map([...(wanted.qosOf ?? [])].map((port) => [qosId(port), port]));
  const vifIds = owners.flatMap(({ vifId }) => searchedIds(vifId));
  const interfaceIds = owners.flatMap((owner) => owner.interfaceIds.flatMap(searchedIds));
  const rows = await source.read(
    {
      root: queryTable('Open_vSwitch', ['_uuid', 'external_ids']),
      bridges: queryTable('Bridge', ['_uuid', 'name', 'datapath_type', 'external_ids', 'ports']),
      ...queryPorts(names),
      qos: queryRows('QoS', ['_uuid', 'external_ids'], qosPorts.keys(), byExternalId('id')),
      marked: queryRows('Port', portColumns, vifIds, byExternalId(OWNER_KEY)),
      named: queryRows('Interface', interfaceColumns, interfaceIds, byExternalId('iface-id')),
    },
    signal,
  );
  const found = findOwned(owners, rows);
  const others = [...found.values()].flat().filter((name) => !names.has(name));
  const portRows = new Map(others.length > 0 ? byName(rows.marked) : []);
  const interfaceRows = new Map(others.length > 0 ? byName(rows.named) : []);
  const rest = others.filter((name) => !(portRows.has(name) && interfaceRows.has(name)));
  if (rest.length > 0) {
    const more = await source.read(queryPorts(rest), signal);
    for (const [name, row] of byName(more.ports)) portRows.set(name, row);
    for (const [name, row] of byName(more.interfaces)) interfaceRows.set(name, row);
  }
  const bridges = new Map(rows.bridges.map((row) => [values.readString(row.name), readBridge(row)]));
  const ports = readPorts(
    new Set([...names, ...others]),
    (name) => rows.ports.get(name)?.[0] ?? portRows.get(name),
    (name) => rows.interfaces.get(name)?.[0] ?? interfaceRows.get(name),
    bridges,
  );
  const qosRows = [...qosPorts].map(([id, port]) => [port, rows.qos.get(id) ?? []] as const);
  const qos = await withoutShared(source, qosRows, ports, signal);
  const members = [...names].filter((name) => !rows.ports.get(name)?.[0] && rows.interfaces.get(name)?.[0]);
  const owned = confirmOwned(found, ports);
  const [root] = rows.root;
  const settings = root ? values.readStrings(root.external_ids) : {};
  const isOvnManaged = Object.keys(settings).some((key) => key.startsWith('ovn-remote'));
  return {
    initialized: root !== undefined,
    isOvnManaged,
    bridges,
    ports,
    members: new Set(members),
    qos,
    owned,
  };
}

/** The QoS rows that only their own port refers to: the server refuses to delete a row that another one refers to. */
async function withoutShared(
  source: RowSource,
  found: readonly (readonly [port: string, rows: readonly values.Row[]])[],
  ports: ReadonlyMap<string, PortRow>,
  signal: AbortSignal,
): Promise<Map<string, values.Row[]>> {
  const all = found.flatMap(([, rows]) => rows.map(idOf));
  if (all.length === 0) return new Map();
  const query = queryRows('Port', ['_uuid', 'qos'], all, byReference('qos'));
  const { users } = await source.read({ users: query }, signal);
  return new Map(
    found.map(([name, rows]) => {
      const own = ports.get(name)?.ref[1];
      const isUnshared = (row: values.Row) =>
        (users.get(idOf(row)) ?? []).every((user) => idOf(user) === own);
      return [name, rows.filter(isUnshared)];
    }),
  );
}

const idOf = ({ _uuid }: values.Row) => values.readUuid(_uuid);

function queryPorts(names: Iterable<string>) {
  const wanted = [...names];
  return {
    ports: queryRows('Port', portColumns, wanted, byColumn('name')),
    interfaces: queryRows('Interface', interfaceColumns, wanted, byColumn('name')),
  };
}

function byName(rows: Rows): [string, values.Row][] {
  return [...rows.values()].flat().map((row) => [values.readString(row.name), row]);
}

/** The names of VIFs' ports, by VIF, according to marks and ids. */
function findOwned(
  owners: readonly Owner[],
  { marked, named }: { readonly marked: Rows; readonly named: Rows },
): Map<string, string[]> {
  return new Map(
    owners.map(({ vifId, interfaceIds }) => {
      // Neutron's agent also gives the iface-id to the patch ports that join a trunk's bridge to the integration bridge.
      const own = interfaceIds.flatMap((id) => rowsOf(named, id)).filter(({ type }) => type !== 'patch');
      const names = [...rowsOf(marked, vifId), ...own].map(({ name }) => values.readString(name));
      return [vifId, [...new Set(names)].sort()];
    }),
  );
}

/** The rows with an id, whatever its case. */
function rowsOf(rows: Rows, id: string): values.Row[] {
  return searchedIds(id).flatMap((each) => rows.get(each) ?? []);
}

/** Those of these ports that exist and have no mark of another VIF. */
function confirmOwned(
  found: ReadonlyMap<string, readonly string[]>,
  ports: ReadonlyMap<string, OvsPort>,
): Map<string, string[]> {
  const isOwn = (vifId: string, name: string) => {
    // An interface with that id may be a member of a bond: then no port has its name.
    const port = ports.get(name);
    const mark = port?.externalIds[OWNER_KEY];
    return port !== undefined && (mark === undefined || isSameVif(mark, vifId));
  };
  return new Map([...found].map(([vifId, names]) => [vifId, names.filter((name) => isOwn(vifId, name))]));
}

/** All bridges and ports in the rows, by name. */
export function readSwitch(
  bridgeRows: readonly values.Row[],
  portRows: readonly values.Row[],
  interfaceRows: readonly values.Row[],
): { readonly bridges: ReadonlyMap<string, OvsBridge>; readonly ports: ReadonlyMap<string, OvsPort> } {
  const found = new Map(bridgeRows.map((row) => [values.readString(row.name), readBridge(row)]));
  const byTheirName = (rows: readonly values.Row[]) =>
    new Map(rows.map((row) => [values.readString(row.name), row]));
  const portsByName = byTheirName(portRows);
  const interfacesByName = byTheirName(interfaceRows);
  const whole = readPorts(
    portsByName.keys(),
    (name) => portsByName.get(name),
    (name) => interfacesByName.get(name),
    found,
  );
  const ports = new Map(
    [...whole].map(([name, port]): [string, OvsPort] => [
      name,
      withoutRef({ ...port, interface: port.interface && withoutRef(port.interface) }),
    ]),
  );
  const bridges = [...found].map(([name, { datapathType, externalIds }]) => {
    const mtuRequest = ports.get(name)?.interface?.mtuRequest;
    return [name, { datapathType, externalIds, mtuRequest }] as const;
  });
  return { bridges: new Map(bridges), ports };
}

function withoutRef<T extends { readonly ref: RowRef }>({ ref: _, ...rest }: T): Omit<T, 'ref'> {
  return rest;
}

/** Bridges as read from rows that are still the same: a bridge may have thousands of ports. */
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

type FindRow = (name: string) => values.Row | undefined;

/** Those of these ports that exist. */
function readPorts(
  names: Iterable<string>,
  portRow: FindRow,
  interfaceRow: FindRow,
  bridges: ReadonlyMap<string, BridgeRow>,
): Map<string, PortRow> {
  const rows = new Map<string, values.Row>();
  const ids = new Set<string>();
  for (const name of names) {
    const row = portRow(name);
    if (!row) continue;
    rows.set(name, row);
    ids.add(values.readUuid(row._uuid));
  }
  const bridgeOf = findBridges(ids, bridges);
  const ports = new Map<string, PortRow>();
  for (const [name, row] of rows) {
    const id = values.readUuid(row._uuid);
    const bridge = bridgeOf.get(id);
    if (bridge !== undefined) ports.set(name, readPort(row, interfaceRow(name), id, bridge));
  }
  return ports;
}

/** The bridges of ports, by port id. A bridge may have thousands of ports, and there may be thousands of bridges. */
function findBridges(ids: ReadonlySet<string>, bridges: ReadonlyMap<string, BridgeRow>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, { ports }] of bridges) {
    const [fewer, others] = ports.size < ids.size ? [ports, ids] : [ids, ports];
    for (const id of fewer) if (others.has(id)) found.set(id, name);
  }
  return found;
}

function readPort(
  row: values.Row,
  interfaceRow: values.Row | undefined,
  id: string,
  bridge: string,
): PortRow {
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
