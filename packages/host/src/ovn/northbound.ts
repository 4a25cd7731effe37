import type { Ovsdb } from '../ovsdb/client.js';
import type { Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';

/** The chassis on which OVN wants a logical port, according to its options. */
export interface Placement {
  /**
   * `requested-chassis`: the first is the main one, the others have the port in addition. Empty: any chassis that
   * claims it.
   */
  readonly requested: readonly string[];
  /**
   * `activation-strategy`: the port is blocked on the additional chassis until it sends a RARP there, as an arriving
   * guest does.
   */
  readonly waitsForRarp: boolean;
  /** What was requested before a migration that is in progress; undefined if there is none. */
  readonly before: readonly string[] | undefined;
}

const DATABASE = 'OVN_Northbound';

/** The key on the logical port that records that we have written its options, and what they were before. */
const MARK = 'vifkit-requested-chassis';

const optionKeys = ['requested-chassis', 'activation-strategy'];

/** OVN's northbound database. Only the placement of ports is changed in it. */
export class Northbound {
  /** @param client its owner must close it */
  constructor(private readonly client: Ovsdb) {}

  /**
   * @returns undefined if OVN has no logical port of this name.
   * @throws VifError of the connection
   */
  async placement(logicalPort: string, signal: AbortSignal): Promise<Placement | undefined> {
    const select: Operation = {
      op: 'select',
      table: 'Logical_Switch_Port',
      where: [['name', '==', logicalPort]],
      columns: ['options', 'external_ids'],
    };
    const [found] = await this.client.transact(DATABASE, [select], signal);
    const row = found?.rows?.[0];
    if (!row) return undefined;
    const options = values.readStrings(row.options);
    const mark = values.readStrings(row.external_ids)[MARK];
    return {
      requested: listOf(options['requested-chassis']),
      waitsForRarp: options['activation-strategy'] === 'rarp',
      before: mark === undefined ? undefined : listOf(mark),
    };
  }

  /**
   * Those of these logical ports that are disabled (`enabled=false`): OVN binds them, and drops their traffic.
   * @throws VifError of the connection
   */
  async disabled(logicalPorts: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const selects = logicalPorts.map((name): Operation => {
      const where = [['name', '==', name]] as const;
      return { op: 'select', table: 'Logical_Switch_Port', where, columns: ['enabled'] };
    });
    const found = await this.client.transact(DATABASE, selects, signal);
    const isDisabled = (i: number) =>
      found[i]?.rows?.some(({ enabled }) => values.readSet(enabled)[0] === false);
    return new Set(logicalPorts.filter((_, i) => isDisabled(i)));
  }

  /**
   * Writes all of a placement.
   * @throws VifError of the connection
   */
  async place(logicalPort: string, placement: Placement, signal: AbortSignal): Promise<void> {
    const { requested, waitsForRarp, before } = placement;
    const options = {
      ...(requested.length > 0 && { 'requested-chassis': requested.join(',') }),
      ...(waitsForRarp && { 'activation-strategy': 'rarp' }),
    };
    const marks = before === undefined ? {} : { [MARK]: before.join(',') };
    const where = [['name', '==', logicalPort]] as const;
    const mutations = [
      ['options', 'delete', values.set(optionKeys)],
      ['options', 'insert', values.map(options)],
      ['external_ids', 'delete', values.set([MARK])],
      ['external_ids', 'insert', values.map(marks)],
    ] as const;
    await this.client.transact(
      DATABASE,
      [{ op: 'mutate', table: 'Logical_Switch_Port', where, mutations }],
      signal,
    );
  }
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((name) => name !== '');
}
