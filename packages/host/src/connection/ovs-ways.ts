import type { RowSource } from '../openvswitch/rows/database-rows.js';
import { type Key, queryRows, queryTable } from '../openvswitch/rows/queries.js';
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

const columns = ['name', 'type', 'external_ids'] as const;

/** The interfaces that do not work: few, on most hosts. */
export const closedInterfaces = {
  notUp: queryRows('Interface', columns, [notUp.id], notUp),
  inError: queryRows('Interface', columns, [inError.id], inError),
};

/** Why none of the ports of a bridge that lead to the network works. */
export interface ClosedWays {
  readonly why: string;
  /** Whether this is an error, as opposed to links that are down. */
  readonly isError: boolean;
}

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

  /**
   * The bridges that have ways of which none works, by name. A bridge without any may be of guests alone.
   * @param closed the interfaces that do not work
   * @param own the ports on the paths, which are judged by themselves
   */
  async closed(
    bridges: readonly values.Row[],
    closed: readonly values.Row[],
    own: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ClosedWays>> {
    const leadsOut = (row: values.Row) => !isInside(row) && !own.has(values.readString(row.name));
    if (!closed.some(leadsOut)) return new Map();
    const { ports, interfaces } = await this.rows.read(
      {
        ports: queryTable('Port', ['_uuid', 'interfaces']),
        interfaces: queryTable('Interface', ['_uuid', ...columns, 'link_state', 'error']),
      },
      signal,
    );
    const ways = new Map(interfaces.filter(leadsOut).map((row) => [values.readUuid(row._uuid), row]));
    const found = bridges.flatMap((bridge) => {
      const ids = ports
        .filter((port) => isOn(bridge, port))
        .flatMap(({ interfaces }) => values.readUuids(interfaces));
      const its = ids.map((id) => ways.get(id)).filter((row) => row !== undefined);
      const isOpen = its.some((row) => isUp(row) && errorOf(row) === undefined);
      return its.length === 0 || isOpen ? [] : [[values.readString(bridge.name), closedWays(its)] as const];
    });
    return new Map(found);
  }
}

function closedWays(ways: readonly values.Row[]): ClosedWays {
  const why = ways.map((row) => `${values.readString(row.name)} (${errorOf(row) ?? 'its link is down'})`);
  return { why: why.join(', '), isError: ways.every((row) => errorOf(row) !== undefined) };
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
