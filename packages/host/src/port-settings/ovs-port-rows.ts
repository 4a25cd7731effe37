import { isVifError } from '@vifkit/core';
import { qosId, qosMarks } from '../openvswitch/marks.js';
import { DATABASE } from '../openvswitch/rows/queries.js';
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
  readonly rows: SettingsRows;
}

/** The columns that settings are in. */
interface SettingsRows {
  readonly port: values.Row;
  readonly interface: values.Row;
  /** {@link FoundPort.ownQos}, if there is one. */
  readonly ownQos: values.Row | undefined;
  /** Whether the port refers to it. */
  readonly usesOwnQos: boolean;
}

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
      columns: ['_uuid', 'type', 'other_config', 'external_ids', 'queues'],
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
  { _uuid: portId, ...port }: values.Row,
  { _uuid: interfaceId, ...iface }: values.Row,
  found: values.Row | undefined,
): FoundPort {
  const { _uuid: qosId, ...qos } = found ?? {};
  const trunks = values.readSet(port.trunks).map(Number);
  const rate = Number(iface.ingress_policing_rate);
  const own = found && values.uuid(values.readUuid(qosId));
  const isUsed = own !== undefined && values.readUuids(port.qos)[0] === own[1];
  return {
    name,
    port: values.uuid(values.readUuid(portId)),
    interface: values.uuid(values.readUuid(interfaceId)),
    ownQos: own,
    rows: { port, interface: iface, ownQos: found && qos, usesOwnQos: isUsed },
    settings: {
      vlan: values.readOptionalInteger(port.tag) ?? null,
      vlanMode: values.readOptionalString(port.vlan_mode) ?? null,
      trunks: trunks.length > 0 ? trunks.sort((a, b) => a - b) : null,
      isolated: port.protected === true ? true : null,
      ingress: rate > 0 ? { rate, burst: Number(iface.ingress_policing_burst) } : null,
      egress: isUsed ? egressOf(qos) : null,
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
export interface PortChange {
  readonly settings: CompleteSettings;
  /** Those of the settings that change. */
  readonly names: readonly (keyof CompleteSettings)[];
  readonly vifId: string;
  /** The rows in which these settings were, if they are restored. */
  readonly former?: SettingsRows | undefined;
}

/**
 * Writes some settings of a port, unless it has been recreated since.
 * @throws VifError
 */
export async function writePort(
  client: Ovsdb,
  found: FoundPort,
  { settings, names, vifId, former }: PortChange,
  signal: AbortSignal,
): Promise<void> {
  const { name, port } = found;
  const wanted = former ?? rowsFor(settings);
  const is = (row: values.Uuid) => [['_uuid', '==', row] as const];
  const columns = names.flatMap((each) => columnsOf[each] ?? []);
  const row = pick(wanted.port, columns);
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
  if (columns.length > 0) operations.push({ op: 'update', table: 'Port', where: is(port), row });
  if (names.includes('ingress'))
    operations.push({ op: 'update', table: 'Interface', where: is(found.interface), row: wanted.interface });
  if (names.includes('egress'))
    operations.push(...(former ? formerQos(found, former) : egressOperations(found, settings.egress, vifId)));
  const configured = await transact(client, operations, signal);
  const isNative = settings.vlanMode?.startsWith('native') && settings.trunks !== null;
  if (isNative && columns.includes('trunks')) await forceUpdate(client, port, settings, configured, signal);
}

/** The settings that are each a column of the port. */
const columnsOf: Partial<Readonly<Record<keyof CompleteSettings, string>>> = {
  vlan: 'tag',
  vlanMode: 'vlan_mode',
  trunks: 'trunks',
  isolated: 'protected',
};

function rowsFor({ vlan, vlanMode, trunks, isolated, ingress }: CompleteSettings) {
  const { rate = 0, burst = 0 } = ingress ?? {};
  return {
    port: {
      tag: values.optional(vlan ?? undefined),
      vlan_mode: values.optional(vlanMode ?? undefined),
      trunks: values.set(trunks ?? []),
      protected: isolated ?? false,
    },
    interface: { ingress_policing_rate: rate, ingress_policing_burst: burst },
  };
}

function pick(row: values.Row, columns: readonly string[]): values.Row {
  return Object.fromEntries(
    columns.flatMap((each) => (row[each] === undefined ? [] : [[each, row[each]] as const])),
  );
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
  if (!egress) return ownQos ? [referring(port, values.set([])), deleting(ownQos)] : [];
  const row = {
    type: SHAPING,
    other_config: values.map({ 'max-rate': String(egress.rate * 1_000), 'vif-burst': String(egress.burst) }),
    external_ids: values.map(qosMarks(name, SHAPING, vifId)),
  };
  const [put, qos] = putting(ownQos, row);
  return [put, referring(port, qos)];
}

/** Restores the QoS row of a port: what it referred to, which may be somebody else's row, and its own row. */
function formerQos({ port, ownQos }: FoundPort, former: SettingsRows): Operation[] {
  const { qos: before = values.set([]) } = former.port;
  if (!former.ownQos) return [referring(port, before), ...(ownQos ? [deleting(ownQos)] : [])];
  const [put, own] = putting(ownQos, former.ownQos);
  return [put, referring(port, former.usesOwnQos ? own : before)];
}

function referring(port: values.Uuid, qos: values.Value): Operation {
  return { op: 'update', table: 'Port', where: [['_uuid', '==', port]], row: { qos } };
}

function deleting(qos: values.Uuid): Operation {
  return { op: 'delete', table: 'QoS', where: [['_uuid', '==', qos]] };
}

/** Changes a QoS row, or makes it if there is none. */
function putting(qos: values.Uuid | undefined, row: values.Row): [Operation, values.Uuid | values.NamedUuid] {
  return qos
    ? [{ op: 'update', table: 'QoS', where: [['_uuid', '==', qos]], row }, qos]
    : [{ op: 'insert', table: 'QoS', row, 'uuid-name': 'qos' }, values.namedUuid('qos')];
}
