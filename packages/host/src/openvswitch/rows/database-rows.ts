import type { Ovsdb } from '../../ovsdb/client.js';
import { type Answers, answerEach, COLUMNS, DATABASE, type RowQueries } from './queries.js';
import { Replica } from './replica.js';

/** For more keys than this a replica is made: the server goes through the whole table for each condition. */
const MOST_CONDITIONS = 20;

/** What can be read of the database, wherever it comes from. */
export interface RowSource {
  /** Answers as of the last refreshing, or later. */
  read<Q extends RowQueries>(queries: Q, signal: AbortSignal): Promise<Answers<Q>>;
}

/**
 * The rows of the database of an Open vSwitch. Those that a few keys name are selected: to copy thousands of others
 * would take a short-lived process longer. Whoever asks for many, or lives on, is better served by a replica.
 */
export class DatabaseRows implements RowSource {
  #replica: Replica | undefined;
  readonly #configuration: Replica;
  #refreshing: { readonly signal: AbortSignal; readonly done: Promise<void> } | undefined;

  /** @param livesOn have a replica from the start. */
  constructor(
    private readonly client: Ovsdb,
    livesOn: boolean,
  ) {
    if (livesOn) this.#replica = new Replica(client, COLUMNS);
    this.#configuration = new Replica(client, { Open_vSwitch: COLUMNS.Open_vSwitch });
  }

  /**
   * Has later answers show all that is in the database now.
   * @param isUnchanged all that was there when the same signal was last given will do
   */
  refresh(signal: AbortSignal, isUnchanged = false): Promise<void> {
    if (isUnchanged && this.#refreshing?.signal === signal) return this.#refreshing.done;
    const done = this.#replica?.refresh(signal) ?? Promise.resolve();
    this.#refreshing = { signal, done };
    return done;
  }

  async read<Q extends RowQueries>(queries: Q, signal: AbortSignal): Promise<Answers<Q>> {
    if (Object.values(queries).some(({ keys }) => keys > MOST_CONDITIONS)) {
      this.#replica ??= new Replica(this.client, COLUMNS);
    }
    if (!this.#replica) return this.#select(queries, signal);
    const tables = await this.#replica.tables(signal);
    return answerEach(queries, (query) => query.lookUp(tables));
  }

  /** Asks the server, in one transaction. */
  async #select<Q extends RowQueries>(queries: Q, signal: AbortSignal): Promise<Answers<Q>> {
    const selects = new Map(Object.values(queries).map((query) => [query, query.operations()]));
    const operations = [...selects.values()].flat();
    const results = operations.length === 0 ? [] : await this.client.transact(DATABASE, operations, signal);
    const rows = results.map((result) => result.rows ?? []);
    return answerEach(queries, (query) => query.read(rows.splice(0, selects.get(query)?.length)));
  }

  /**
   * Waits until ovs-vswitchd has carried out a configuration, and reads then show what became of it: it copies
   * `next_cfg` to `cur_cfg` in the transaction that tells of the interfaces.
   */
  async untilConfigured(configuration: number, signal: AbortSignal): Promise<void> {
    const replica = this.#replica ?? this.#configuration;
    const reached = (row: { readonly cur_cfg?: unknown }) => Number(row.cur_cfg) >= configuration;
    await replica.until((tables) => tables.all('Open_vSwitch').some(reached), 'ovs-vswitchd', signal);
  }
}
