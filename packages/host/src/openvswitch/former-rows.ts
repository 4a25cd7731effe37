import type { Ovsdb } from '../ovsdb/client.js';
import type { Condition, Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import type { BridgePort } from './bridge-users.js';
import { DATABASE } from './rows/queries.js';

/** Rows that only a bridge refers to: the server deletes them with it. */
const REFERENCES: Readonly<Record<string, string>> = {
  controller: 'Controller',
  mirrors: 'Mirror',
  netflow: 'NetFlow',
  sflow: 'sFlow',
  ipfix: 'IPFIX',
  auto_attach: 'AutoAttach',
  flow_tables: 'Flow_Table',
};

/** Columns that ovs-vswitchd and the server write, and those that say what a row is. */
const OTHERS =
  /^(_uuid|_version|name|interfaces|ports|admin_state|bond_active_slave|bfd_status|cfm_(fault|flap|health|remote)\w*|datapath_(id|version)|duplex|error|ifindex|is_connected|lacp_current|last_change|link_\w+|mac_in_use|mtu|ofport|role|rstp_(status|statistics)|statistics|status)$/;

/** The columns by which mirrors refer to ports; the server removes these references with a port. */
const MIRRORED = ['select_src_port', 'select_dst_port', 'output_port'] as const;

/** A port that is about to be removed. */
export interface RemovedPort {
  /** The id of its row. */
  readonly id: string;
  /** The ids of the QoS rows that were made for it. */
  readonly qos: readonly string[];
  /** If it is a bridge's local port: the bridge's id, and the patch ports that are removed with it. */
  readonly bridge?: { readonly id: string; readonly patches: readonly BridgePort[] } | undefined;
}

/** What it takes to restore a port that was removed: the columns of its rows that can be written. */
export interface PortRows {
  readonly id: string;
  readonly port: values.Row;
  readonly interface: values.Row;
  /** Its QoS row, if that was made for it. */
  readonly qos?: values.Row;
  /** The mirrors that refer to it. */
  readonly mirrors: readonly { readonly mirror: string; readonly column: string }[];
  /** The bridge, if it is a bridge's local port. */
  readonly bridge?: FormerBridge;
}

/** A bridge that was removed. */
export interface FormerBridge {
  /** ovs-vswitchd derives the bridge's address and its datapath id from the id of its row. */
  readonly id: string;
  readonly row: values.Row;
  /** The patch ports that were removed with it, by name. */
  readonly patches: ReadonlyMap<string, PortRows>;
  /** The rows that only the bridge referred to. */
  readonly references: readonly { readonly table: string; readonly id: string; readonly row: values.Row }[];
}

/**
 * The rows of ports and bridges that are about to be removed, with all columns and all that only they refer to: a
 * replica has just those that are compared.
 */
export async function readFormerRows(
  client: Ovsdb,
  removed: ReadonlyMap<string, RemovedPort>,
  signal: AbortSignal,
): Promise<Map<string, PortRows>> {
  if (removed.size === 0) return new Map();
  const bridges = [...removed].flatMap(([name, { bridge }]) => (bridge ? [{ name, ...bridge }] : []));
  const patches = bridges.flatMap((bridge) => bridge.patches);
  const ports = [...[...removed].map(([name, { id }]) => ({ name, id })), ...patches];
  const [mirrors = [], ...rows] = await select(
    client,
    [
      ['Mirror', []],
      ...ports.flatMap(({ name, id }): Selection[] => [
        ['Port', [isRow(id)]],
        ['Interface', [['name', '==', name]]],
      ]),
      ...bridges.map(({ id }): Selection => ['Bridge', [isRow(id)]]),
      ...[...removed.values()].flatMap(({ qos }) => qos.map((id): Selection => ['QoS', [isRow(id)]])),
    ],
    signal,
  );
  const [portRows, bridgeRows] = [rows.splice(0, ports.length * 2), rows.splice(0, bridges.length)];
  const qosRows = new Map(rows.flat().map((row) => [values.readUuid(row._uuid), row]));
  const known = new Map<string, PortRows>();
  for (const [i, { name, id }] of ports.entries()) {
    const [[port], [own = {}]] = [portRows[2 * i] ?? [], portRows[2 * i + 1] ?? []];
    if (!port) continue;
    const [used = ''] = idsIn(port.qos);
    const qos = removed.get(name)?.qos.includes(used) && qosRows.get(used);
    known.set(name, {
      id,
      port: restorable(port),
      interface: restorable(own),
      mirrors: mirrorsOf(id, mirrors),
      ...(qos && { qos: restorable(qos) }),
    });
  }
  for (const [i, { name, id, patches }] of bridges.entries()) {
    const [port, [row]] = [known.get(name), bridgeRows[i] ?? []];
    if (!port || !row) continue;
    const names = new Set(patches.map((patch) => patch.name));
    const own = new Map([...known].filter(([each]) => names.has(each)));
    const references = await readReferences(client, row, signal);
    known.set(name, { ...port, bridge: { id, row: restorable(row), patches: own, references } });
  }
  return new Map([...known].filter(([each]) => removed.has(each)));
}

/** The rows that only a bridge refers to. */
async function readReferences(
  client: Ovsdb,
  bridge: values.Row,
  signal: AbortSignal,
): Promise<FormerBridge['references']> {
  const references = Object.entries(REFERENCES).flatMap(([column, table]) =>
    idsIn(bridge[column]).map((id) => ({ table, id })),
  );
  const found = await select(
    client,
    references.map(({ table, id }) => [table, [isRow(id)]]),
    signal,
  );
  return references.flatMap((each, i) => {
    const [its] = found[i] ?? [];
    return its ? [{ ...each, row: { ...(its.name && { name: its.name }), ...restorable(its) } }] : [];
  });
}

type Selection = readonly [table: string, where: readonly Condition[]];

const isRow = (id: string): Condition => ['_uuid', '==', values.uuid(id)];

/** All columns: which ones there are depends on the release. */
async function select(
  client: Ovsdb,
  selections: readonly Selection[],
  signal: AbortSignal,
): Promise<(readonly values.Row[])[]> {
  if (selections.length === 0) return [];
  const operations = selections.map(([table, where]): Operation => ({ op: 'select', table, where }));
  const results = await client.transact(DATABASE, operations, signal);
  return results.map(({ rows = [] }) => rows);
}

function restorable(row: values.Row): values.Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !OTHERS.test(column)));
}

function mirrorsOf(port: string, mirrors: readonly values.Row[]): PortRows['mirrors'] {
  return mirrors.flatMap((mirror) =>
    MIRRORED.flatMap((column) =>
      idsIn(mirror[column]).includes(port) ? { mirror: values.readUuid(mirror._uuid), column } : [],
    ),
  );
}

/** The rows that a column refers to, whether it holds one, a set, or a map to rows. */
function idsIn(value: values.Value | undefined): string[] {
  if (!Array.isArray(value)) return [];
  const [tag, content] = value;
  if (tag === 'uuid' && typeof content === 'string') return [content];
  return Array.isArray(content) ? content.flatMap((each) => idsIn(tag === 'map' ? each[1] : each)) : [];
}

/** A bridge's row that refers to other rows in place of the former ones. */
export function referringTo(row: values.Row, others: ReadonlyMap<string, values.Atom>): values.Row {
  const inserted = (atom: values.Atom): values.Atom[] => {
    const [id] = idsIn(atom);
    if (id === undefined) return [atom];
    const other = others.get(id);
    return other === undefined ? [] : [other];
  };
  const columns = Object.keys(REFERENCES).flatMap((column): [string, values.Value][] => {
    const value = row[column];
    if (value === undefined) return [];
    if (!isMap(value)) return [[column, values.set(values.readSet(value).flatMap(inserted))]];
    const entries = value[1].flatMap(([key, atom]) => inserted(atom).map((each) => [key, each] as const));
    return [[column, ['map', entries]]];
  });
  return { ...row, ...Object.fromEntries(columns) };
}

function isMap(value: values.Value): value is values.OvsdbMap {
  return Array.isArray(value) && value[0] === 'map';
}
