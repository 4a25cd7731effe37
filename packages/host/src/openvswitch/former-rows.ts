import type { Ovsdb } from '../ovsdb/client.js';
import type { Condition, Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import { DATABASE } from './rows/queries.js';
import type { FormerBridge, PortRows } from './snapshot.js';

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

/**
 * The rows of ports and bridges that are about to be removed, with all columns and all that only they refer to: a
 * replica has just those that are compared.
 */
export async function readFormerRows(
  client: Ovsdb,
  removed: ReadonlyMap<string, PortRows>,
  signal: AbortSignal,
): Promise<Map<string, PortRows>> {
  if (removed.size === 0) return new Map();
  const patches = [...removed.values()].flatMap(({ bridge }) => [...(bridge?.patches ?? [])]);
  const ports = [...removed, ...patches];
  const [mirrors = [], ...rows] = await select(
    client,
    [
      ['Mirror', []],
      ...ports.flatMap(([name, { id }]): Selection[] => [
        ['Port', [id === undefined ? ['name', '==', name] : isRow(id)]],
        ['Interface', [['name', '==', name]]],
      ]),
      ...[...removed.values()].map(
        ({ bridge }): Selection => ['Bridge', bridge ? [isRow(bridge.id)] : never],
      ),
    ],
    signal,
  );
  const bridges = rows.splice(ports.length * 2);
  const known = new Map<string, PortRows>();
  for (const [i, [name, former]] of ports.entries()) {
    const [[port], [own]] = [rows[2 * i] ?? [], rows[2 * i + 1] ?? []];
    if (!port) continue;
    const id = values.readUuid(port._uuid);
    known.set(name, {
      ...former,
      id,
      port: restorable(port),
      interface: own ? restorable(own) : former.interface,
      mirrors: mirrorsOf(id, mirrors),
    });
  }
  const result = new Map<string, PortRows>();
  for (const [i, name] of [...removed.keys()].entries()) {
    const [port, [row]] = [known.get(name), bridges[i] ?? []];
    if (!port) continue;
    const { bridge } = port;
    const whole = bridge && row && (await readBridge(client, bridge, row, known, signal));
    result.set(name, { ...port, ...(whole && { bridge: whole }) });
  }
  return result;
}

async function readBridge(
  client: Ovsdb,
  bridge: FormerBridge,
  row: values.Row,
  ports: ReadonlyMap<string, PortRows>,
  signal: AbortSignal,
): Promise<FormerBridge> {
  const references = Object.entries(REFERENCES).flatMap(([column, table]) =>
    idsIn(row[column]).map((id) => ({ table, id })),
  );
  const found = await select(
    client,
    references.map(({ table, id }) => [table, [isRow(id)]]),
    signal,
  );
  const patches = [...bridge.patches.keys()].flatMap((name): [string, PortRows][] => {
    const rows = ports.get(name);
    return rows ? [[name, rows]] : [];
  });
  return {
    id: bridge.id,
    row: restorable(row),
    patches: new Map(patches),
    references: references.flatMap((each, i) => {
      const [its] = found[i] ?? [];
      return its ? [{ ...each, row: { ...(its.name && { name: its.name }), ...restorable(its) } }] : [];
    }),
  };
}

type Selection = readonly [table: string, where: readonly Condition[]];

/** Matches no row. */
const never: readonly Condition[] = [['name', '==', '']];

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

function mirrorsOf(port: string, mirrors: readonly values.Row[]): NonNullable<PortRows['mirrors']> {
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
