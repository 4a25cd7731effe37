import type { VifError } from '@vifkit/core';
import {
  type Operation,
  type OvsBridge,
  type OvsChange,
  type OvsPort,
  OvsSwitch,
  readSwitch,
} from '@vifkit/host/parts';
import type { Kernel } from '../kernel/kernel.js';
import type { Points } from '../kernel/points.js';
import { idsIn, shown } from './cells.js';
import { type OvnSpec, ovnSettings } from './memory-ovn.js';
import { MemoryOvsdb } from './memory-ovsdb.js';
import { OPEN_VSWITCH } from './schema.js';
import { Vswitchd } from './vswitchd.js';

/** A bridge that exists from the start: vifkit did not make it. */
export interface OvsBridgeSpec extends Partial<OvsBridge> {
  readonly name: string;
}

/** A port, with the type of its QoS row if it has one. */
export interface MemoryPort extends OvsPort {
  readonly qosType?: string;
}

/** An Open vSwitch in memory: an OVSDB server that the host's own code speaks to, and an ovs-vswitchd that is done at once. */
export class MemoryOvs extends MemoryOvsdb {
  readonly #vswitchd: Vswitchd;

  constructor(
    private readonly points: Points,
    kernel: Kernel,
    bridges: readonly OvsBridgeSpec[] = [],
    ovn?: OvnSpec,
  ) {
    const settings = ovn ? ovnSettings(ovn) : {};
    const root = { external_ids: ['map', Object.entries(settings)] } as const;
    super(OPEN_VSWITCH, [{ op: 'insert', table: 'Open_vSwitch', row: root }, ...bridges.flatMap(makeBridge)]);
    this.locks.add('ovs_vswitchd');
    this.#vswitchd = new Vswitchd(this.database, kernel, points);
    this.#vswitchd.carryOut();
  }

  /** Every bridge and port, by name; the bridges' local ports too. */
  snapshot(): { bridges: Record<string, OvsBridge>; ports: Record<string, MemoryPort> } {
    this.#vswitchd.report();
    const rows = (table: string) => [...this.database.rows(table)].map(([id, row]) => shown(id, row));
    const { bridges, ports } = readSwitch(rows('Bridge'), rows('Port'), rows('Interface'));
    const qos = this.database.rows('QoS');
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

  /** Makes changes on behalf of another process, independently of the host under test; see `OvsSwitch` of `@vifkit/host`. */
  commit(changes: readonly OvsChange[], signal: AbortSignal): Promise<readonly (VifError | undefined)[]> {
    return new OvsSwitch(this).commit(changes, signal);
  }

  override async answer(operations: readonly Operation[], signal: AbortSignal): Promise<unknown[]> {
    if (operations.every(({ op }) => READS.has(op))) {
      await this.settle();
      return super.answer(operations, signal);
    }
    const what = this.#describe(operations);
    const failure = what === '' ? undefined : await this.points.reach({ part: 'ovs', what }, signal);
    if (failure) throw failure;
    const results = await super.answer(operations, signal);
    if (results.some(isRefusal)) return results;
    if (operations.some(isRequest)) void this.#vswitchd.configure(signal);
    else this.#vswitchd.carryOut();
    return results;
  }

  protected override async settle(): Promise<void> {
    this.#vswitchd.report();
  }

  /** What a transaction writes, as in `insert Bridge br-int, update Port tap0`; empty if nothing. */
  #describe(operations: readonly Operation[]): string {
    const nameOf = (table: string, id: string) =>
      `${table} ${String(this.database.rows(table).get(id)?.name ?? id)}`;
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

function isRefusal(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'error' in result;
}

/** Whether it asks ovs-vswitchd to report when it is done. */
function isRequest(operation: Operation): boolean {
  return operation.op === 'mutate' && operation.mutations.some(([column]) => column === 'next_cfg');
}

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
