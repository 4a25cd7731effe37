import { isVifError } from '@vifkit/core';
import { qosId, qosMarks } from '../openvswitch/marks.js';
import type { Ovsdb } from '../ovsdb/client.js';
import type { Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import type { CompleteSettings } from './complete-settings.js';

/** An Open vSwitch port with its rows. */
export interface FoundPort {
  readonly name: string;
  readonly port: values.Uuid;
  readonly interface: values.Uuid;
  /** Our QoS row, or os-vif's, for the name of the port. */
  readonly ownQos: values.Uuid | undefined;
  readonly settings: CompleteSettings;
}

const DATABASE = 'Open_vSwitch';

/** The kernel's queueing discipline that limits a rate. */
const SHAPING = 'linux-htb';

/** Reads the existing ports with these names, each of which has one interface. */
export async function readPorts(
  client: Ovsdb,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FoundPort>> {
  const distinct = [...new Set(names)];
  const portColumns = ['_uuid', 'tag', 'vlan_mode', 'trunks', 'protected', 'qos'];
  const interfaceColumns = ['_uuid', 'ingress_policing_rate', 'ingress_policing_burst'];
  const selects = distinct.flatMap((name): Operation[] => [
    { op: 'select', table: 'Port', where: [['name', '==', name]], columns: portColumns },
    { op: 'select', table: 'Interface', where: [['name', '==', name]], columns: interfaceColumns },
    {
      op: 'select',
      table: 'QoS',
      where: [['external_ids', 'includes', values.map({ id: qosId(name) })]],
      columns: ['_uuid', 'type', 'other_config'],
    },
  ]);
  const results = await client.transact(DATABASE, selects, signal);
  const found = new Map<string, FoundPort>();
  for (const [i, name] of distinct.entries()) {
    const [port, iface, qos] = [0, 1, 2].map((k) => results[3 * i + k]?.rows?.[0]);
    if (port && iface) found.set(name, foundPort(name, port, iface, qos));
  }
  return found;
}

function foundPort(
  name: string,
  port: values.Row,
  iface: values.Row,
  qos: values.Row | undefined,
): FoundPort {
  const trunks = values.readSet(port.trunks).map(Number);
  const rate = Number(iface.ingress_policing_rate);
  const own = qos && values.uuid(values.readUuid(qos._uuid));
  const isUsed = own !== undefined && values.readUuids(port.qos)[0] === own[1];
  const isOurs = own !== undefined || values.readUuids(port.qos).length === 0;
  return {
    name,
    port: values.uuid(values.readUuid(port._uuid)),
    interface: values.uuid(values.readUuid(iface._uuid)),
    ownQos: isOurs ? own : undefined,
    settings: {
      vlan: values.readOptionalInteger(port.tag) ?? null,
      vlanMode: values.readOptionalString(port.vlan_mode) ?? null,
      trunks: trunks.length > 0 ? trunks.sort((a, b) => a - b) : null,
      isolated: port.protected === true ? true : null,
      ingress: rate > 0 ? { rate, burst: Number(iface.ingress_policing_burst) } : null,
      egress: qos && isUsed ? egressOf(qos) : null,
    },
  };
}

function egressOf({ type, other_config }: values.Row): CompleteSettings['egress'] {
  const { 'max-rate': rate, 'vif-burst': burst } = values.readStrings(other_config);
  return type === SHAPING && rate !== undefined
    ? { rate: Number(rate) / 1_000, burst: Number(burst ?? 0) }
    : null;
}

/** The settings of a VIF's port that are written. */
interface PortChange {
  readonly settings: CompleteSettings;
  /** Those of the settings that change. */
  readonly names: readonly (keyof CompleteSettings)[];
  readonly vifId: string;
}

/**
 * Writes some settings of a port, unless it has been recreated since.
 * @throws VifError
 */
export async function writePort(
  client: Ovsdb,
  found: FoundPort,
  { settings, names, vifId }: PortChange,
  signal: AbortSignal,
): Promise<void> {
  const { name, port } = found;
  const is = (row: values.Uuid) => [['_uuid', '==', row] as const];
  const changes = (name: keyof CompleteSettings) => names.includes(name);
  const columns: values.Row = {
    ...(changes('vlan') && { tag: values.optional(settings.vlan ?? undefined) }),
    ...(changes('vlanMode') && { vlan_mode: values.optional(settings.vlanMode ?? undefined) }),
    ...(changes('trunks') && { trunks: values.set(settings.trunks ?? []) }),
    ...(changes('isolated') && { protected: settings.isolated ?? false }),
  };
  const operations: Operation[] = [
    {
      op: 'wait',
      table: 'Port',
      where: is(port),
      columns: ['name'],
      until: '==',
      rows: [{ name }],
      timeout: 0,
    },
  ];
  if (Object.keys(columns).length > 0)
    operations.push({ op: 'update', table: 'Port', where: is(port), row: columns });
  if (changes('ingress')) {
    const { rate = 0, burst = 0 } = settings.ingress ?? {};
    const row = { ingress_policing_rate: rate, ingress_policing_burst: burst };
    operations.push({ op: 'update', table: 'Interface', where: is(found.interface), row });
  }
  if (changes('egress')) operations.push(...egressOperations(found, settings.egress, vifId));
  const configured = await transact(client, operations, signal);
  const isNative = settings.vlanMode?.startsWith('native') && settings.trunks !== null;
  if (isNative && columns.trunks !== undefined) await forceUpdate(client, port, settings, configured, signal);
}

/** Milliseconds that ovs-vswitchd has for a change before the next one is made. */
const APPLY_TIMEOUT = 1_000;

/**
 * Up to at least 3.1, Open vSwitch ignores changed trunks of a port with a native VLAN until something else about the
 * port changes: here its isolation is toggled and reset.
 */
async function forceUpdate(
  client: Ovsdb,
  port: values.Uuid,
  settings: CompleteSettings,
  configured: number,
  signal: AbortSignal,
) {
  const isProtected = settings.isolated ?? false;
  const toggled = (value: boolean): Operation[] => [
    { op: 'update', table: 'Port', where: [['_uuid', '==', port]], row: { protected: value } },
  ];
  await untilConfigured(client, configured, signal);
  await untilConfigured(client, await transact(client, toggled(!isProtected), signal), signal);
  await transact(client, toggled(isProtected), signal);
}

/** @returns the `next_cfg` at which ovs-vswitchd has applied it */
async function transact(
  client: Ovsdb,
  operations: readonly Operation[],
  signal: AbortSignal,
): Promise<number> {
  const root = { table: 'Open_vSwitch', where: [] };
  const count: Operation[] = [
    { op: 'mutate', ...root, mutations: [['next_cfg', '+=', 1]] },
    { op: 'select', ...root, columns: ['next_cfg'] },
  ];
  const results = await client.transact(DATABASE, [...operations, ...count], signal);
  return values.readOptionalInteger(results.at(-1)?.rows?.[0]?.next_cfg) ?? 0;
}

async function untilConfigured(client: Ovsdb, cur_cfg: number, signal: AbortSignal): Promise<void> {
  const rows = [{ cur_cfg }];
  const columns = ['cur_cfg'];
  const done = {
    op: 'wait',
    table: 'Open_vSwitch',
    where: [],
    columns,
    until: '==',
    rows,
    timeout: APPLY_TIMEOUT,
  } as const;
  try {
    await client.transact(DATABASE, [done], signal);
  } catch (error) {
    if (!isVifError(error, 'OVSDB_ERROR')) throw error; // others have made changes, or ovs-vswitchd is not running
  }
}

/**
 * The QoS row has os-vif's marks, by which it is removed with its port. Its single queue is the one that Open vSwitch
 * uses for all traffic. Without a limit the port has no such row: `linux-noop` would leave the queue in the kernel.
 */
function egressOperations(
  { name, port, ownQos }: FoundPort,
  egress: CompleteSettings['egress'],
  vifId: string,
): Operation[] {
  const where = [['_uuid', '==', port] as const];
  const refer = (qos: values.Value): Operation => ({ op: 'update', table: 'Port', where, row: { qos } });
  const own = ownQos && [['_uuid', '==', ownQos] as const];
  if (!egress) return own ? [refer(values.set([])), { op: 'delete', table: 'QoS', where: own }] : [];
  const row = {
    type: SHAPING,
    other_config: values.map({ 'max-rate': String(egress.rate * 1_000), 'vif-burst': String(egress.burst) }),
    external_ids: values.map(qosMarks(name, SHAPING, vifId)),
  };
  return ownQos && own
    ? [{ op: 'update', table: 'QoS', where: own, row }, refer(ownQos)]
    : [{ op: 'insert', table: 'QoS', row, 'uuid-name': 'qos' }, refer(values.namedUuid('qos'))];
}
