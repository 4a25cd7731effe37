import type { VifError } from '@vifkit/core';
import {
  type MonitorListener,
  type MonitorRequests,
  OpenVswitch,
  type Operation,
  type OperationResult,
  type OvsBridge,
  type OvsChange,
  type Ovsdb,
  type OvsdbMonitor,
  type OvsPort,
  readResults,
  readSwitch,
  type Value,
} from '@vifkit/host/parts';
import type { Kernel } from '../kernel/kernel.js';
import type { Points } from '../kernel/points.js';
import { idsIn, shown } from './cells.js';
import { Database, type RowChange } from './database.js';
import { Vswitchd } from './vswitchd.js';

/** A bridge to be there from the start: not made by vifkit. */
export interface OvsBridgeSpec extends Partial<OvsBridge> {
  readonly name: string;
}

/** A port, with the type of its QoS row if it has one. */
export interface MemoryPort extends OvsPort {
  readonly qosType?: string;
}

/** An Open vSwitch in memory: an OVSDB server that the host's own code speaks to, and an ovs-vswitchd that is done at once. */
export class MemoryOvs implements Ovsdb {
  readonly #database = new Database();
  readonly #vswitchd: Vswitchd;

  constructor(
    private readonly points: Points,
    kernel: Kernel,
    bridges: readonly OvsBridgeSpec[] = [],
  ) {
    this.#vswitchd = new Vswitchd(this.#database, kernel, points);
    this.#database.transact([
      { op: 'insert', table: 'Open_vSwitch', row: {} },
      ...bridges.flatMap(makeBridge),
    ]);
    this.#vswitchd.carryOut();
  }

  /** Every bridge and port, by name; the bridges' local ports too. */
  snapshot(): { bridges: Record<string, OvsBridge>; ports: Record<string, MemoryPort> } {
    this.#vswitchd.report();
    const rows = (table: string) => [...this.#database.rows(table)].map(([id, row]) => shown(id, row));
    const { bridges, ports } = readSwitch(rows('Bridge'), rows('Port'), rows('Interface'));
    const qos = this.#database.rows('QoS');
    const qosTypes = new Map(
      rows('Port').flatMap(({ name, qos: ref }) =>
        idsIn(ref).map((id) => [name, qos.get(id)?.type] as const),
      ),
    );
    const withQos = [...ports].map(([name, port]): [string, MemoryPort] => {
      const qosType = qosTypes.get(name);
      return [name, typeof qosType === 'string' ? { ...port, qosType } : port];
    });
    return {
      bridges: Object.fromEntries([...bridges].sort(byName)),
      ports: Object.fromEntries(withQos.sort(byName)),
    };
  }

  /** Makes changes beside the host whose Open vSwitch this is, as another process would; see `OpenVswitch` of `@vifkit/host`. */
  commit(changes: readonly OvsChange[], signal: AbortSignal): Promise<readonly (VifError | undefined)[]> {
    return new OpenVswitch(this).commit(changes, signal);
  }

  async transact(
    _database: string,
    operations: readonly Operation[],
    signal: AbortSignal,
  ): Promise<readonly OperationResult[]> {
    if (operations.every(({ op }) => READS.has(op))) {
      this.#vswitchd.report();
      return readResults(operations, this.#database.transact(operations));
    }
    const what = this.#describe(operations);
    const failure = what === '' ? undefined : await this.points.reach({ part: 'ovs', what }, signal);
    if (failure) throw failure;
    const results = readResults(operations, this.#database.transact(operations));
    if (operations.some(isRequest)) void this.#vswitchd.configure(signal);
    else this.#vswitchd.carryOut();
    return results;
  }

  async monitor(
    _database: string,
    requests: MonitorRequests,
    listener: MonitorListener,
  ): Promise<OvsdbMonitor> {
    this.#vswitchd.report();
    const changes = Object.keys(requests).flatMap((table) =>
      [...this.#database.rows(table)].map(([id, row]): RowChange => ({ table, id, new: row })),
    );
    listener(updatesOf(changes, requests), true);
    const cancel = this.#database.listen((each) => {
      const updates = updatesOf(each, requests);
      if (Object.keys(updates).length > 0) listener(updates, false);
    });
    return { cancel, sync: async () => this.#vswitchd.report() };
  }

  /** What a transaction writes, as in `insert Bridge br-int, update Port tap0`; empty if nothing. */
  #describe(operations: readonly Operation[]): string {
    const nameOf = (table: string, id: string) =>
      `${table} ${String(this.#database.rows(table).get(id)?.name ?? id)}`;
    const parts = operations.flatMap((operation): string[] => {
      switch (operation.op) {
        case 'insert':
          return operation.table === 'Interface'
            ? []
            : [`insert ${operation.table} ${operation.row.name ?? ''}`];
        case 'update':
        case 'mutate': {
          if (operation.op === 'mutate') {
            const removed = operation.mutations.filter(
              ([column, mutator]) => column in MEMBERS && mutator === 'delete',
            );
            if (removed.length > 0) {
              return removed.flatMap(([column, , value]) =>
                idsIn(value).map((id) => `delete ${nameOf(MEMBERS[column] ?? '', id)}`),
              );
            }
          }
          return operation.where.flatMap(([, , value]) =>
            idsIn(value).map((id) => `update ${nameOf(operation.table, id)}`),
          );
        }
        default:
          return [];
      }
    });
    return [...new Set(parts)].join(', ');
  }
}

const READS = new Set<Operation['op']>(['select', 'wait', 'comment']);

/** The tables of what columns refer to. */
const MEMBERS: Readonly<Record<string, string>> = { bridges: 'Bridge', ports: 'Port' };

/** Whether it asks ovs-vswitchd to tell when it is done. */
function isRequest(operation: Operation): boolean {
  return operation.op === 'mutate' && operation.mutations.some(([column]) => column === 'next_cfg');
}

function updatesOf(changes: readonly RowChange[], requests: MonitorRequests) {
  const updates: Record<string, Record<string, { old?: RowOf; new?: RowOf }>> = {};
  for (const { table, id, old, new: row } of changes) {
    const request = requests[table];
    if (!request) continue;
    const columns = request.columns?.filter((key) => key !== '_uuid');
    const told = (each: RowOf) =>
      Object.fromEntries(Object.entries(each).filter(([key]) => columns?.includes(key) ?? true));
    const update = { ...(old && { old: told(old) }), ...(row && { new: told(row) }) };
    if (old && row && JSON.stringify(update.old) === JSON.stringify(update.new)) continue;
    const updated = updates[table] ?? {};
    updated[id] = update;
    updates[table] = updated;
  }
  return updates;
}

type RowOf = Readonly<Record<string, Value>>;

function makeBridge(
  { name, datapathType = '', externalIds = {}, mtuRequest }: OvsBridgeSpec,
  i: number,
): Operation[] {
  const [bridge, port, local] = [`bridge${i}`, `port${i}`, `interface${i}`];
  const own = mtuRequest === undefined ? {} : { mtu_request: mtuRequest };
  return [
    { op: 'insert', table: 'Interface', 'uuid-name': local, row: { name, type: 'internal', ...own } },
    { op: 'insert', table: 'Port', 'uuid-name': port, row: { name, interfaces: ['named-uuid', local] } },
    {
      op: 'insert',
      table: 'Bridge',
      'uuid-name': bridge,
      row: {
        name,
        datapath_type: datapathType,
        external_ids: ['map', Object.entries(externalIds)],
        ports: ['named-uuid', port],
      },
    },
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'insert', ['named-uuid', bridge]]],
    },
  ];
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
