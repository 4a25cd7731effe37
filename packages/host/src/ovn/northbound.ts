import type { Ovsdb } from '../ovsdb/client.js';
import type { Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';

/** On which chassis OVN wants a logical port, as its options tell. */
export interface Placement {
  /** `requested-chassis`: the first is the main one, the others have the port beside it. Empty: whoever claims it. */
  readonly requested: readonly string[];
  /** `activation-strategy`: the port is blocked on the others until it sends a RARP there, as a guest that arrives does. */
  readonly waitsForRarp: boolean;
  /** What was requested before a migration that is under way; undefined while there is none. */
  readonly before: readonly string[] | undefined;
}

const DATABASE = 'OVN_Northbound';

/** On the logical port: that we have written its options, and what they were. */
const MARK = 'vifkit-requested-chassis';

const optionKeys = ['requested-chassis', 'activation-strategy'];

/** OVN's northbound database, of which nothing but the placement of ports is changed. */
export class Northbound {
  /** @param client stays its owner's to close */
  constructor(private readonly client: Ovsdb) {}

  /** @returns undefined where OVN has no logical port of this name. @throws VifError of the connection */
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

  /** Writes all of a placement. @throws VifError of the connection */
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
