import type { Leg, OvnBindingLeg } from '@vifkit/core/connection';
import type { OpenVSwitchOnPath, OvsBridgeOnPath, OvsPortOnPath, StrayVlan } from '@vifkit/engine/connection';
import type { RowSource } from '../openvswitch/rows/database-rows.js';
import { byColumn, byExternalId, queryRows, queryTable } from '../openvswitch/rows/queries.js';
import * as values from '../ovsdb/values.js';
import { mirrorTo, placesOf, usesSpanningTree } from './bridge-rows.js';
import { closedInterfaces, closedWays, joinedBridges } from './closed-ways.js';
import type { OvnPath } from './ovn-path.js';
import { cutOffPorts, portsInVlans, portVlansOf, strayPorts } from './separated-ports.js';
import type { VswitchdProbe } from './vswitchd-probe.js';

/** The rows of Open vSwitch's database, as of the last refresh. */
export interface RefreshedRows extends RowSource {
  /**
   * Makes later reads show everything that is in the database now; if unchanged, everything that was there when the
   * same signal was last passed.
   */
  refresh(signal: AbortSignal, isUnchanged?: boolean): Promise<void>;
}

interface DaemonAnswer {
  readonly fault: string | undefined;
  /** By bridge; undefined for one that is not there. */
  readonly flows: ReadonlyMap<string, number | undefined>;
}

/** Reads the part of paths that Open vSwitch knows: reads its database once, and checks its daemon. */
export class OpenVSwitchPath {
  /** What calls have asked ahead, by their signal: how many flows bridges have. */
  readonly #ahead = new WeakMap<AbortSignal, ReadonlyMap<string, Promise<number | undefined>>>();

  constructor(
    private readonly rows: RefreshedRows,
    private readonly vswitchd: VswitchdProbe,
    private readonly ovn: OvnPath | undefined,
  ) {}

  async read(legs: readonly Leg[], signal: AbortSignal, isUnchanged: boolean): Promise<OpenVSwitchOnPath> {
    const [database, { fault: vswitchd, flows }] = await Promise.all([
      this.#readDatabase(legs, signal, isUnchanged),
      this.#askDaemon(legs, signal),
    ]);
    const { settings, isBehind, trees, allBridges, inVlans, ...found } = database;
    const bridges = new Map(
      await Promise.all([...database.bridges].map((each) => this.#served(each, flows, signal))),
    );
    const hang = vswitchd === undefined && isBehind ? await this.vswitchd.hang(signal) : undefined;
    const bound = legs.filter((leg): leg is OvnBindingLeg => leg.kind === 'ovnBinding');
    const ovn = bound.length === 0 ? undefined : await this.ovn?.read(settings, bound, allBridges, signal);
    const fault = vswitchd ?? hang;
    // If the daemon does not work, the rest does not matter.
    if (fault !== undefined) return { ...found, bridges, vswitchd: fault, ovn };
    const strays = await this.#strays(found.ports, flows, inVlans, signal);
    const ports = await this.#withTreeStates(found.ports, trees, signal);
    const judged = [...ports].map(
      ([name, port]) => [name, { ...port, strayVlan: strays.get(name) }] as const,
    );
    return { ...found, bridges, ports: new Map(judged), ovn };
  }

  /**
   * Counts the flows of bridges ahead of {@link read} with the same signal: a plug does not change them, but makes
   * ovs-vswitchd too busy to reply at once.
   */
  readAhead(legs: readonly Leg[], signal: AbortSignal): void {
    const counted = bridgeNames(legs).map((name) => [name, this.vswitchd.flows(name, signal)] as const);
    this.#ahead.set(signal, new Map(counted));
  }

  /** Why ovs-vswitchd does not work, or how many flows the bridges have: asked while the database is read. */
  async #askDaemon(legs: readonly Leg[], signal: AbortSignal): Promise<DaemonAnswer> {
    const fault = await this.vswitchd.fault(signal);
    if (fault !== undefined) return { fault, flows: new Map() };
    const counted = bridgeNames(legs).map(async (name) => [name, await this.#flows(name, signal)] as const);
    return { fault, flows: new Map(await Promise.all(counted)) };
  }

  /** A bridge with the number of its flows. Where nobody tells that, it may not be there any more. */
  async #served(
    [name, bridge]: readonly [string, OvsBridgeOnPath],
    counted: DaemonAnswer['flows'],
    signal: AbortSignal,
  ): Promise<[string, OvsBridgeOnPath]> {
    const flows = counted.get(name);
    if (flows !== undefined || !counted.has(name) || (await this.vswitchd.hasMade(name, signal)))
      return [name, { ...bridge, flows }];
    return [name, { ...bridge, error: bridge.error ?? NOT_MADE }];
  }

  /** A bridge that had flows has them. Others may have got some since: OVN installs them within moments. */
  async #flows(bridge: string, signal: AbortSignal): Promise<number | undefined> {
    return (await this.#ahead.get(signal)?.get(bridge)) || this.vswitchd.flows(bridge, signal);
  }

  /**
   * The ports in other VLANs than the ways out of their bridges. Only of bridges that forward by a single flow, like a
   * switch: elsewhere, flows may pass VLANs by.
   */
  async #strays(
    ports: ReadonlyMap<string, OvsPortOnPath>,
    flows: DaemonAnswer['flows'],
    bridges: readonly values.Row[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, StrayVlan>> {
    const own = new Set(ports.keys());
    const found = bridges.map(async (row) => {
      const bridge = values.readString(row.name);
      if (flows.get(bridge) !== 1) return [];
      const onBridge = [...ports].filter(([name, port]) => port.bridge === bridge && name !== bridge);
      const names = onBridge.map(([name]) => name);
      const strays = await strayPorts(this.rows, row, names, own, signal);
      return strays.size > 0 && (await this.vswitchd.isNormal(bridge, signal)) ? [...strays] : [];
    });
    return new Map((await Promise.all(found)).flat());
  }

  /** Adds what spanning tree has made of the ports of bridges that use it. */
  async #withTreeStates(
    ports: ReadonlyMap<string, OvsPortOnPath>,
    trees: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, OvsPortOnPath>> {
    const names = [...ports].flatMap(([name, { bridge }]) => (trees.has(bridge) ? [name] : []));
    if (names.length === 0) return ports;
    const states = await this.vswitchd.treeStates(names, signal);
    return new Map([...ports].map(([name, port]) => [name, { ...port, treeState: states.get(name) }]));
  }

  async #readDatabase(legs: readonly Leg[], signal: AbortSignal, isUnchanged: boolean) {
    await this.rows.refresh(signal, isUnchanged);
    const names = new Set(legs.flatMap(portsOf));
    const ids = new Set(legs.flatMap((leg) => (leg.kind === 'ovsPort' ? (leg.interfaceId ?? []) : [])));
    const found = await this.rows.read(
      {
        root: queryTable('Open_vSwitch', ['external_ids', 'other_config', 'cur_cfg', 'next_cfg']),
        bridges: queryTable('Bridge', bridgeColumns),
        ports: queryRows('Port', portColumns, names, byColumn('name')),
        interfaces: queryRows('Interface', interfaceColumns, names, byColumn('name')),
        mirrors: queryTable('Mirror', ['name', 'output_port']),
        ...closedInterfaces,
        ...portsInVlans,
        same: queryRows('Interface', ['name', 'type'], ids, byExternalId('iface-id')),
      },
      signal,
    );
    const rowOf = (name: string) => found.interfaces.get(name)?.[0];
    const wanted = new Set(legs.flatMap((leg) => bridgesOf(leg)));
    const placeOf = placesOf(found.bridges);
    const ports = new Map<string, OvsPortOnPath>(
      [...names].flatMap((name) => {
        const port = found.ports.get(name)?.[0];
        const bridge = port && placeOf(values.readUuid(port._uuid));
        if (!port || bridge === undefined) return [];
        const mirror = mirrorTo(port, found.mirrors);
        return [[name, { ...portOf(bridge, port, rowOf(name)), mirror }] as const];
      }),
    );
    const config = values.readStrings(found.root[0]?.other_config);
    const guarded = [...names].filter((name) => found.ports.get(name)?.[0]?.protected === true);
    const cutOff = guarded.length === 0 ? [] : await cutOffPorts(this.rows, guarded, found.bridges, signal);
    for (const name of cutOff) {
      const port = ports.get(name);
      if (port) ports.set(name, { ...port, isCutOff: true });
    }
    const onPath = found.bridges.filter(({ name }) => wanted.has(values.readString(name)));
    const reasons = {
      closed: [found.notUp, found.inError, found.unpaired, found.unanswered].flatMap((each) =>
        [...each.values()].flat(),
      ),
      mirrors: found.mirrors.filter(({ output_port }) => values.readUuids(output_port).length > 0),
      allBridges: found.bridges,
      treeStates: (ports: readonly string[]) => this.vswitchd.treeStates(ports, signal),
    };
    const closed = await closedWays(this.rows, onPath, reasons, names, signal);
    const trunks = legs.flatMap((leg) => (leg.kind === 'ovsBridge' && leg.joined ? [leg.name] : []));
    const joined = await joinedBridges(this.rows, trunks, found.bridges, signal);
    const restricted = [found.tagged, found.trunked].flatMap((each) => [...each.values()].flat());
    const placed = new Set(restricted.map(({ _uuid }) => placeOf(values.readUuid(_uuid))));
    return {
      inVlans: onPath.filter(({ name }) => placed.has(values.readString(name))),
      trees: new Set(found.bridges.filter(usesSpanningTree).map(({ name }) => values.readString(name))),
      allBridges: new Set(found.bridges.map(({ name }) => values.readString(name))),
      settings: values.readStrings(found.root[0]?.external_ids),
      fillsChecksums: config['userspace-tso-enable'] === 'true',
      awaitsFlows: config['flow-restore-wait'] === 'true',
      isBehind: found.root.some(({ cur_cfg, next_cfg }) => Number(cur_cfg) < Number(next_cfg)),
      bridges: new Map(
        found.bridges.flatMap((row) => {
          const name = values.readString(row.name);
          const isJoined = trunks.includes(name) ? joined.has(name) : undefined;
          const bridge = { ...bridgeOf(row, rowOf(name)), closedWays: closed.get(name), isJoined };
          return wanted.has(name) ? [[name, bridge] as const] : [];
        }),
      ),
      ports,
      byInterfaceId: new Map([...found.same].map(([id, rows]) => [id, carriersAmong(rows)])),
    };
  }
}

const NOT_MADE = 'ovs-vswitchd has not made it: see its log';

const bridgeColumns = [
  ...(['name', 'datapath_type', 'fail_mode', 'ports'] as const),
  ...(['controller', 'stp_enable', 'rstp_enable'] as const),
  ...(['mcast_snooping_enable', 'other_config'] as const),
];

const portColumns = ['_uuid', 'name', 'tag', 'trunks', 'vlan_mode', 'cvlans', 'protected'] as const;

const interfaceColumns = [
  ...(['name', 'type', 'external_ids', 'options'] as const),
  ...(['ofport', 'error', 'admin_state', 'link_state'] as const),
];

function bridgeNames(legs: readonly Leg[]): string[] {
  return [...new Set(legs.flatMap((leg) => (leg.kind === 'ovsBridge' ? [leg.name] : [])))];
}

function portsOf(leg: Leg): string[] {
  if (leg.kind === 'ovsBridge') return [leg.name]; // the bridge's local port
  if (leg.kind === 'ovsPort') return leg.peer === undefined ? [leg.name] : [leg.name, leg.peer];
  return leg.kind === 'ovnBinding' ? [leg.port] : [];
}

function bridgesOf(leg: Leg): string[] {
  if (leg.kind === 'ovsBridge') return [leg.name];
  return leg.kind === 'ovsPort' || leg.kind === 'checksum' || leg.kind === 'ovnBinding' ? [leg.bridge] : [];
}

function bridgeOf(row: values.Row, local: values.Row | undefined): OvsBridgeOnPath {
  return {
    datapathType: values.readString(row.datapath_type) || 'system',
    failMode: values.readOptionalString(row.fail_mode),
    hasController: values.readUuids(row.controller).length > 0,
    error: bridgeFault(local),
    dropsUnaskedMulticasts:
      row.mcast_snooping_enable === true &&
      values.readEntry(row.other_config, 'mcast-snooping-disable-flood-unregistered') === 'true',
  };
}

/** Why ovs-vswitchd could not make a bridge, according to the row of its local port. */
export function bridgeFault(local: values.Row | undefined): string | undefined {
  const ofport = values.readOptionalInteger(local?.ofport);
  const isOpen = ofport !== undefined && ofport > 0;
  return values.readOptionalString(local?.error) ?? (isOpen ? undefined : NOT_MADE);
}

function portOf(bridge: string, port: values.Row, iface: values.Row | undefined): OvsPortOnPath {
  return {
    bridge,
    type: values.readString(iface?.type),
    ofport: values.readOptionalInteger(iface?.ofport),
    error: values.readOptionalString(iface?.error),
    adminState: values.readOptionalString(iface?.admin_state),
    linkState: values.readOptionalString(iface?.link_state),
    ...portVlansOf(port),
    externalIds: values.readStrings(iface?.external_ids),
    options: values.readStrings(iface?.options),
  };
}

/** Neutron's agent also gives the iface-id of a trunk to patch ports. */
function carriersAmong(rows: readonly values.Row[]): string[] {
  const others = rows.filter(({ type }) => values.readString(type) !== 'patch');
  return (others.length > 0 ? others : rows).map(({ name }) => values.readString(name));
}
