import {
  type BridgePort,
  type ClosedWays,
  type PortVlans,
  type StrayVlan,
  strayVlan,
} from '@vifkit/engine/connection';
import { OWNER_KEY } from '../openvswitch/marks.js';
import type { RowSource } from '../openvswitch/rows/database-rows.js';
import { byColumn, type Key, queryRows, queryTable } from '../openvswitch/rows/queries.js';
import * as values from '../ovsdb/values.js';

const isUp = ({ link_state }: values.Row) => values.readOptionalString(link_state) === 'up';
const errorOf = ({ error }: values.Row) => values.readOptionalString(error);

const notUp: Key = {
  id: 'link_state is not up',
  where: () => ['link_state', '!=', 'up'],
  of: (row) => (isUp(row) ? undefined : notUp.id),
};

/** The link of a patch port without its other end is up, too. */
const inError: Key = {
  id: 'error is set',
  where: () => ['error', '!=', ['set', []]],
  of: (row) => (errorOf(row) === undefined ? undefined : inError.id),
};

/** It negotiates LACP, and gets no answer. */
const unpaired: Key = {
  id: 'lacp_current is false',
  where: () => ['lacp_current', '==', false],
  of: ({ lacp_current }) => (lacp_current === false ? unpaired.id : undefined),
};

/** BFD gets no answer either. */
const unanswered: Key = {
  id: 'bfd_status:forwarding is false',
  where: () => ['bfd_status', 'includes', values.map({ forwarding: 'false' })],
  of: (row) => (isUnanswered(row) ? unanswered.id : undefined),
};

function isUnanswered({ bfd_status }: values.Row): boolean {
  return values.readEntry(bfd_status, 'forwarding') === 'false';
}

const columns = ['name', 'type', 'external_ids'] as const;

/** A port with a VLAN of its own, and one with a list of them. */
const hasTag: Key = {
  id: 'tag is set',
  where: () => ['tag', '!=', ['set', []]],
  of: ({ tag }) => (values.readOptionalInteger(tag) === undefined ? undefined : hasTag.id),
};
const hasTrunks: Key = {
  id: 'trunks are set',
  where: () => ['trunks', '!=', ['set', []]],
  of: ({ trunks }) => (values.readSet(trunks).length === 0 ? undefined : hasTrunks.id),
};

/** The ports that are not in all VLANs. Where Neutron's agent sets VLANs, these are all guests' ports. */
export const portsInVlans = {
  tagged: queryRows('Port', ['_uuid'], [hasTag.id], hasTag),
  trunked: queryRows('Port', ['_uuid'], [hasTrunks.id], hasTrunks),
};

/** The interfaces that do not work: few, on most hosts. */
export const closedInterfaces = {
  notUp: queryRows('Interface', columns, [notUp.id], notUp),
  inError: queryRows('Interface', columns, [inError.id], inError),
  unpaired: queryRows('Interface', columns, [unpaired.id], unpaired),
  unanswered: queryRows('Interface', columns, [unanswered.id], unanswered),
};

/**
 * The ports by which bridges lead to the network: those that are neither a guest's nor the host's own. To find them, all
 * ports are read, so this is done only for a reason.
 */
export class OvsWays {
  constructor(private readonly rows: RowSource) {}

  /** Those of these protected ports on whose bridge all ways are protected, too. */
  async cutOff(
    guarded: readonly string[],
    bridges: readonly values.Row[],
    signal: AbortSignal,
  ): Promise<string[]> {
    const { ports, interfaces } = await this.rows.read(
      {
        ports: queryTable('Port', ['_uuid', 'name', 'protected']),
        interfaces: queryTable('Interface', columns),
      },
      signal,
    );
    const inside = new Set(interfaces.filter(isInside).map(({ name }) => values.readString(name)));
    return guarded.filter((guest) => {
      const own = ports.find(({ name }) => values.readString(name) === guest);
      const bridge = own && bridges.find((row) => portSetOf(row).has(values.readUuid(own._uuid)));
      const others = ports.filter((row) => row !== own && isOn(bridge, row));
      const outward = others.filter(({ name }) => !inside.has(values.readString(name)));
      return outward.length > 0 && outward.every((row) => row.protected === true);
    });
  }

  /** Those of these bridges, by name, that a patch port joins to another. */
  async joined(
    names: readonly string[],
    bridges: readonly values.Row[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    if (names.length === 0) return new Set();
    const { patches } = await this.rows.read(
      { patches: queryRows('Interface', ['name', 'error'], ['patch'], byColumn('type')) },
      signal,
    );
    const working = (patches.get('patch') ?? []).filter((row) => errorOf(row) === undefined);
    const ends = working.map(({ name }) => values.readString(name));
    const { ports } = await this.rows.read(
      { ports: queryRows('Port', ['_uuid'], ends, byColumn('name')) },
      signal,
    );
    const all = [...ports.values()].flat();
    const isJoined = (bridge: values.Row) => all.some((port) => isOn(bridge, port));
    return new Set(bridges.filter(isJoined).map(({ name }) => values.readString(name)));
  }

  /** Those of these ports of a bridge that are in other VLANs than all its ways. */
  async strays(
    bridge: values.Row,
    names: readonly string[],
    own: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, StrayVlan>> {
    const { ports, interfaces } = await this.rows.read(
      {
        ports: queryTable('Port', [
          ...(['_uuid', 'name', 'interfaces', 'external_ids'] as const),
          ...(['tag', 'trunks', 'vlan_mode', 'cvlans'] as const),
        ]),
        interfaces: queryTable('Interface', ['_uuid', ...columns, 'admin_state']),
      },
      signal,
    );
    const byId = new Map(interfaces.map((row) => [values.readUuid(row._uuid), row]));
    const all = ports.flatMap((port): BridgePort[] => {
      if (!isOn(bridge, port)) return [];
      const its = values
        .readUuids(port.interfaces)
        .map((id) => byId.get(id))
        .filter((row) => row !== undefined);
      const isOthers = values.readEntry(port.external_ids, OWNER_KEY) !== undefined;
      const leadsOut = !isOthers && its.some((row) => !isInside(row));
      const isOpen = its.some((row) => values.readOptionalString(row.admin_state) !== 'down');
      return [{ name: values.readString(port.name), ...portVlansOf(port), leadsOut, isOpen }];
    });
    return new Map(
      names.flatMap((name) => {
        const stray = strayVlan(name, all, own);
        return stray ? [[name, stray] as const] : [];
      }),
    );
  }

  /**
   * The bridges that have ways of which none works, by name. A bridge without any may be of guests alone.
   * @param own the ports on the paths, which are judged by themselves
   */
  async closed(
    bridges: readonly values.Row[],
    { closed, mirrors, allBridges, treeStates }: WayReasons,
    own: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ClosedWays>> {
    const leadsOut = (row: values.Row) => !isInside(row) && !own.has(values.readString(row.name));
    const trees = bridges.filter(usesSpanningTree);
    if (!closed.some(leadsOut) && mirrors.length === 0 && trees.length === 0) return new Map();
    const { ports, interfaces } = await this.rows.read(
      {
        ports: queryTable('Port', ['_uuid', 'name', 'interfaces', 'external_ids', 'other_config']),
        interfaces: queryTable('Interface', [
          '_uuid',
          ...columns,
          'link_state',
          'error',
          'options',
          'lacp_current',
          'bfd_status',
        ]),
      },
      signal,
    );
    const outward = new Map(interfaces.filter(leadsOut).map((row) => [values.readUuid(row._uuid), row]));
    const waysOn = (bridge: values.Row) =>
      ports.flatMap((port): Way[] => {
        // A marked port that is not on the paths is another guest's.
        if (!isOn(bridge, port) || values.readEntry(port.external_ids, OWNER_KEY) !== undefined) return [];
        const its = values
          .readUuids(port.interfaces)
          .map((id) => outward.get(id))
          .filter((row) => row !== undefined);
        return its.length === 0 ? [] : [{ name: values.readString(port.name), port, interfaces: its }];
      });
    const ways = bridges.map((bridge) => [bridge, waysOn(bridge)] as const);
    const inTree = ways.flatMap(([bridge, its]) =>
      trees.includes(bridge) ? its.map(({ name }) => name) : [],
    );
    const states = inTree.length === 0 ? new Map<string, string>() : await treeStates(inTree, signal);
    const closedBehind = (way: Way, passed: readonly values.Row[]): ClosedWays | undefined => {
      const end = otherEnd(way);
      const port = ports.find(({ name }) => values.readString(name) === end);
      const bridge = port && allBridges.find((row) => isOn(row, port));
      if (!bridge || passed.includes(bridge)) return undefined;
      const onward = waysOn(bridge).filter(({ name }) => name !== end);
      const closed = closedOn(bridge, onward, passed);
      // The host may be the router there, as it often is on br-ex.
      return (
        closed && { why: `${way.name} (${values.readString(bridge.name)}: ${closed.why})`, isError: false }
      );
    };
    const closedOn = (bridge: values.Row, its: readonly Way[], passed: readonly values.Row[] = []) =>
      allClosed(its.map((way) => closedBy(way, mirrors, states) ?? closedBehind(way, [...passed, bridge])));
    return new Map(
      ways.flatMap(([bridge, its]) => {
        const closed = closedOn(bridge, its);
        return closed ? [[values.readString(bridge.name), closed] as const] : [];
      }),
    );
  }
}

/** What else but their own state keeps ports from being a way. */
interface WayReasons {
  /** The interfaces that do not work. */
  readonly closed: readonly values.Row[];
  /** The mirrors that have an output port. */
  readonly mirrors: readonly values.Row[];
  /** The bridges that ways may lead to. */
  readonly allBridges: readonly values.Row[];
  /** The states that spanning tree has put ports in. */
  treeStates(ports: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

/** A port that leads to the network. */
interface Way {
  readonly name: string;
  readonly port: values.Row;
  readonly interfaces: readonly values.Row[];
}

/** Why no way works; undefined if one does, or if there is none. */
function allClosed(reasons: readonly (ClosedWays | undefined)[]): ClosedWays | undefined {
  const known = reasons.filter((reason) => reason !== undefined);
  if (known.length === 0 || known.length < reasons.length) return undefined;
  return {
    why: known.map(({ why }) => why).join(', '),
    isError: known.every(({ isError }) => isError),
  };
}

/** The name of the other end of a patch port. */
function otherEnd({ interfaces }: Way): string | undefined {
  const patch = interfaces.find(({ type }) => values.readString(type) === 'patch');
  return patch && values.readEntry(patch.options, 'peer');
}

/** Why a way does not work; undefined if it does. One interface of a bond is enough. */
function closedBy(
  { name, port, interfaces }: Way,
  mirrors: readonly values.Row[],
  trees: ReadonlyMap<string, string>,
): ClosedWays | undefined {
  const mirror = mirrorTo(port, mirrors);
  if (mirror !== undefined)
    return { why: `${name} (only for the copies of mirror ${mirror})`, isError: false };
  const reasons = interfaces.map((row) => {
    const error = errorOf(row) ?? (isUp(row) ? unusedBecause(row, port) : undefined);
    if (error === undefined && isUp(row)) return undefined;
    return {
      why: `${values.readString(row.name)} (${error ?? 'its link is down'})`,
      isError: error !== undefined,
    };
  });
  const closed = allClosed(reasons);
  if (closed) return closed;
  const tree = trees.get(name) ?? 'forwarding';
  return tree === 'forwarding' ? undefined : { why: `${name} (spanning tree: ${tree})`, isError: false };
}

/** Why a bond does not use one of its interfaces that is up. Other ports use theirs anyway. */
function unusedBecause(row: values.Row, { interfaces, other_config }: values.Row): string | undefined {
  if (values.readUuids(interfaces).length < 2) return undefined;
  const fallsBack = values.readEntry(other_config, 'lacp-fallback-ab') === 'true';
  if (row.lacp_current === false && !fallsBack) return 'no LACP partner replies';
  return isUnanswered(row) ? 'nobody replies to BFD' : undefined;
}

export function portVlansOf({ tag, trunks, vlan_mode, cvlans }: values.Row): PortVlans {
  return {
    tag: values.readOptionalInteger(tag),
    trunks: values.readSet(trunks).map(Number),
    vlanMode: values.readOptionalString(vlan_mode),
    cvlans: values.readSet(cvlans).map(Number),
  };
}

/** Whether ports of a bridge may be kept from forwarding, so that there is no loop. */
export function usesSpanningTree({ stp_enable, rstp_enable }: values.Row): boolean {
  return stp_enable === true || rstp_enable === true;
}

/** The name of the mirror that sends its copies to a port. */
export function mirrorTo(port: values.Row, mirrors: readonly values.Row[]): string | undefined {
  const id = values.readUuid(port._uuid);
  const found = mirrors.find(({ output_port }) => values.readUuids(output_port).includes(id));
  return found && values.readString(found.name);
}

/** Whether an interface is a guest's, or a link of this host. */
function isInside({ type, external_ids }: values.Row): boolean {
  return values.readString(type) === 'internal' || values.readEntry(external_ids, 'iface-id') !== undefined;
}

function isOn(bridge: values.Row | undefined, port: values.Row): boolean {
  return bridge !== undefined && portSetOf(bridge).has(values.readUuid(port._uuid));
}

/** The bridge that a port is on. A bridge may have thousands of ports. */
export function placesOf(bridges: readonly values.Row[]): (port: string) => string | undefined {
  const sets = bridges.map((row) => [values.readString(row.name), portSetOf(row)] as const);
  return (port) => sets.find(([, ports]) => ports.has(port))?.[0];
}

const portSets = new WeakMap<values.Row, ReadonlySet<string>>();

/** A row of the replica is the same object as long as nothing changes. */
function portSetOf(row: values.Row): ReadonlySet<string> {
  const known = portSets.get(row) ?? new Set(values.readUuids(row.ports));
  portSets.set(row, known);
  return known;
}
