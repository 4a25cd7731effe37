import type { ClosedWays } from '@vifkit/engine/connection';
import { OWNER_KEY } from '../openvswitch/marks.js';
import type { RowSource } from '../openvswitch/rows/database-rows.js';
import { byColumn, type Key, queryRows, queryTable } from '../openvswitch/rows/queries.js';
import * as values from '../ovsdb/values.js';
import { insideColumns, isInside, isOn, mirrorTo, usesSpanningTree } from './bridge-rows.js';

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

/** The interfaces that do not work: few, on most hosts. */
export const closedInterfaces = {
  notUp: queryRows('Interface', insideColumns, [notUp.id], notUp),
  inError: queryRows('Interface', insideColumns, [inError.id], inError),
  unpaired: queryRows('Interface', insideColumns, [unpaired.id], unpaired),
  unanswered: queryRows('Interface', insideColumns, [unanswered.id], unanswered),
};

/** Those of these bridges, by name, that a patch port joins to another. */
export async function joinedBridges(
  rows: RowSource,
  names: readonly string[],
  bridges: readonly values.Row[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const { patches } = await rows.read(
    { patches: queryRows('Interface', ['name', 'error'], ['patch'], byColumn('type')) },
    signal,
  );
  const working = (patches.get('patch') ?? []).filter((row) => errorOf(row) === undefined);
  const ends = working.map(({ name }) => values.readString(name));
  const { ports } = await rows.read({ ports: queryRows('Port', ['_uuid'], ends, byColumn('name')) }, signal);
  const all = [...ports.values()].flat();
  const isJoined = (bridge: values.Row) => all.some((port) => isOn(bridge, port));
  return new Set(bridges.filter(isJoined).map(({ name }) => values.readString(name)));
}

/**
 * The bridges that have ways to the network of which none works, by name: ports that are neither a guest's nor the
 * host's own. A bridge without any may be of guests alone. To find them, all ports are read, so this is done only for a
 * reason.
 * @param own the ports on the paths, which are judged by themselves
 */
export async function closedWays(
  rows: RowSource,
  bridges: readonly values.Row[],
  { closed, mirrors, allBridges, treeStates }: WayReasons,
  own: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ClosedWays>> {
  const leadsOut = (row: values.Row) => !isInside(row) && !own.has(values.readString(row.name));
  const trees = bridges.filter(usesSpanningTree);
  if (!closed.some(leadsOut) && mirrors.length === 0 && trees.length === 0) return new Map();
  const { ports, interfaces } = await rows.read(
    {
      ports: queryTable('Port', ['_uuid', 'name', 'interfaces', 'external_ids', 'other_config']),
      interfaces: queryTable('Interface', [
        ...(['_uuid', ...insideColumns, 'options'] as const),
        ...(['link_state', 'error', 'lacp_current', 'bfd_status'] as const),
      ]),
    },
    signal,
  );
  const ways = waysAmong(ports, interfaces.filter(leadsOut));
  const inTree = ways
    .filter(({ port }) => trees.some((bridge) => isOn(bridge, port)))
    .map(({ name }) => name);
  const states = inTree.length === 0 ? new Map<string, string>() : await treeStates(inTree, signal);
  const reasons = { ports, ways, bridges: allBridges, mirrors, states };
  return new Map(
    bridges.flatMap((bridge) => {
      const reason = closedOn(bridge, reasons);
      return reason ? [[values.readString(bridge.name), reason] as const] : [];
    }),
  );
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

/** What the ways of bridges are judged by. */
interface Ways {
  readonly ports: readonly values.Row[];
  readonly ways: readonly Way[];
  readonly bridges: readonly values.Row[];
  readonly mirrors: readonly values.Row[];
  readonly states: ReadonlyMap<string, string>;
}

function waysAmong(ports: readonly values.Row[], outward: readonly values.Row[]): Way[] {
  const byId = new Map(outward.map((row) => [values.readUuid(row._uuid), row]));
  return ports.flatMap((port) => {
    // A marked port that is not on the paths is another guest's.
    if (values.readEntry(port.external_ids, OWNER_KEY) !== undefined) return [];
    const interfaces = values
      .readUuids(port.interfaces)
      .map((id) => byId.get(id))
      .filter((row) => row !== undefined);
    return interfaces.length === 0 ? [] : [{ name: values.readString(port.name), port, interfaces }];
  });
}

/**
 * Why no way of a bridge works.
 * @param passed the bridges that lead to this one
 * @param entry the port by which they do, which is no way onward
 */
function closedOn(
  bridge: values.Row,
  all: Ways,
  passed: readonly values.Row[] = [],
  entry?: string,
): ClosedWays | undefined {
  const its = all.ways.filter(({ name, port }) => isOn(bridge, port) && name !== entry);
  return allClosed(its.map((way) => closedBy(way, all) ?? closedBehind(way, all, [...passed, bridge])));
}

/** Why a patch port leads to no way that works, on the bridge behind it. */
function closedBehind(way: Way, all: Ways, passed: readonly values.Row[]): ClosedWays | undefined {
  const end = otherEnd(way);
  const port = all.ports.find(({ name }) => values.readString(name) === end);
  const bridge = port && all.bridges.find((row) => isOn(row, port));
  if (!bridge || passed.includes(bridge)) return undefined;
  const closed = closedOn(bridge, all, passed, end);
  // The host may be the router there, as it often is on br-ex.
  return closed && { why: `${way.name} (${values.readString(bridge.name)}: ${closed.why})`, isError: false };
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
function closedBy({ name, port, interfaces }: Way, { mirrors, states }: Ways): ClosedWays | undefined {
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
  const tree = states.get(name) ?? 'forwarding';
  return tree === 'forwarding' ? undefined : { why: `${name} (spanning tree: ${tree})`, isError: false };
}

/** Why a bond does not use one of its interfaces that is up. Other ports use theirs anyway. */
function unusedBecause(row: values.Row, { interfaces, other_config }: values.Row): string | undefined {
  if (values.readUuids(interfaces).length < 2) return undefined;
  const fallsBack = values.readEntry(other_config, 'lacp-fallback-ab') === 'true';
  if (row.lacp_current === false && !fallsBack) return 'no LACP partner replies';
  return isUnanswered(row) ? 'nobody replies to BFD' : undefined;
}
