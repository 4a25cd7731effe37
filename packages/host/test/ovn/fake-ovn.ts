import { Northbound } from '../../src/ovn/northbound.js';
import { OvnMigration } from '../../src/ovn/ovn-migration.js';
import { Southbound } from '../../src/ovn/southbound.js';
import { SwitchWatch } from '../../src/ovn/switch-watch.js';
import type { Ovsdb } from '../../src/ovsdb/client.js';
import type { Operation, OperationResult } from '../../src/ovsdb/operations.js';
import * as values from '../../src/ovsdb/values.js';

/** One logical port, and who has it. */
export interface FakePort {
  options: Record<string, string>;
  externalIds: Record<string, string>;
  chassis?: string;
  /** Chassis on which it has sent its RARP. */
  activated?: string;
}

export interface FakeOvnOptions {
  /** Which of the two central databases a host knows of. */
  readonly knows?: readonly ('northbound' | 'southbound')[];
}

/** Both databases of an OVN with one port, `port`. What is written to the one is read from the other. */
export class FakeOvn {
  readonly port: FakePort;
  readonly #names: ReadonlyMap<string, string>;

  /** @param hosts the host name of each chassis, by its name */
  constructor(port: Partial<FakePort>, hosts: Readonly<Record<string, string>>) {
    this.port = { options: {}, externalIds: {}, ...port };
    this.#names = new Map(Object.entries(hosts));
  }

  /** What a host does for migrations, which is this chassis; undefined is one that OVN does not run. */
  on(
    chassis: string | undefined,
    { knows = ['northbound', 'southbound'] }: FakeOvnOptions = {},
  ): OvnMigration {
    const transact: Ovsdb['transact'] = async (_, operations) => operations.map((each) => this.#run(each));
    const database: Ovsdb = {
      transact,
      isLocked: async () => true,
      monitor: async (_, __, listener) => {
        const ids = chassis === undefined ? {} : { 'system-id': chassis, 'ovn-remote': 'tcp:192.0.2.1:6642' };
        listener({ Open_vSwitch: { root: { new: { external_ids: values.map(ids) } } } }, true);
        return { sync: async () => {}, cancel: () => {} };
      },
    };
    return new OvnMigration({
      watch: new SwitchWatch(database),
      northbound: knows.includes('northbound') ? new Northbound(database) : undefined,
      southbound: knows.includes('southbound') ? new Southbound(database) : undefined,
    });
  }

  #run(operation: Operation): OperationResult {
    const { port } = this;
    const isPorts = 'where' in operation && operation.where.some(([, , value]) => value === 'port');
    switch (operation.op) {
      case 'mutate':
        for (const [column, mutator, value] of operation.mutations) {
          const cells = column === 'options' ? port.options : port.externalIds;
          if (mutator === 'delete') for (const key of values.readSet(value)) delete cells[String(key)];
          else Object.assign(cells, values.readStrings(value));
        }
        return { count: 1 };
      case 'select':
        if (operation.table === 'Chassis') return { rows: this.#chassisRows(operation) };
        return { rows: isPorts ? [this.#row()] : [] };
      default:
        throw new Error(`${operation.op} is not expected`);
    }
  }

  #row(): values.Row {
    const { options, externalIds, chassis, activated } = this.port;
    return {
      options: values.map({ ...options, ...(activated && { 'additional-chassis-activated': activated }) }),
      external_ids: values.map(externalIds),
      chassis: values.set(chassis === undefined ? [] : [values.uuid(chassis)]),
      additional_chassis: values.set([]),
      up: true,
    };
  }

  #chassisRows({ where }: Extract<Operation, { op: 'select' }>): values.Row[] {
    const [[, , wanted] = []] = where;
    // By the name of a chassis or, in a reference, by its id, which is the same here.
    const sought = Array.isArray(wanted) ? wanted[1] : wanted;
    return [...this.#names]
      .filter(([name]) => sought === undefined || sought === name)
      .map(([name, hostname]) => ({ _uuid: values.uuid(name), name, hostname }));
  }
}
