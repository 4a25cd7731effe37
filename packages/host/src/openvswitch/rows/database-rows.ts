import type { Ovsdb } from '../../ovsdb/client.js';
import { type Answers, answerEach, COLUMNS, DATABASE, type RowQueries } from './queries.js';
import { Replica } from './replica.js';

/** For more keys than this a replica is made: the server scans the whole table for each condition. */
const MAX_CONDITIONS = 20;

/** A source of rows of the database. */
export interface RowSource {
  /** The rows as of the last refresh, or later. */
  read<Q extends RowQueries>(queries: Q, signal: AbortSignal): Promise<Answers<Q>>;
}

/**
 * The rows of the database of an Open vSwitch. Rows for a few keys are selected: copying thousands of others would take
 * a short-lived process longer. A replica is better for a process that reads many rows, or is long-lived.
 */
export class DatabaseRows implements RowSource {
  #replica: Replica | undefined;
  readonly #configuration: Replica;
  #refreshing: { readonly signal: AbortSignal; readonly done: Promise<void> } | undefined;

  /** @param isLongLived use a replica from the start. */
  constructor(
    private readonly client: Ovsdb,
    isLongLived: boolean,
  ) {
    if (isLongLived) this.#replica = new Replica(client, COLUMNS);
    this.#configuration = new Replica(client, { Open_vSwitch: COLUMNS.Open_vSwitch });
  }

  /**
   * Makes later reads show everything that is in the database now.
   * @param isUnchanged everything that was there when the same signal was last passed is enough
   */
  refresh(signal: AbortSignal, isUnchanged = false): Promise<void> {
    if (isUnchanged && this.#refreshing?.signal === signal) return this.#refreshing.done;
    const done = this.#replica?.refresh(signal) ?? Promise.resolve();
    this.#refreshing = { signal, done };
    return done;
  }

  async read<Q extends RowQueries>(queries: Q, signal: AbortSignal): Promise<Answers<Q>> {
    if (Object.values(queries).some(({ keys }) => keys > MAX_CONDITIONS)) {
      this.#replica ??= new Replica(this.client, COLUMNS);
    }
    if (!this.#replica) return this.#select(queries, signal);
    const tables = await this.#replica.tables(signal);
    return answerEach(queries, (query) => query.lookUp(tables));
  }

  /** Queries the server, in one transaction. */
  async #select<Q extends RowQueries>(queries: Q, signal: AbortSignal): Promise<Answers<Q>> {
    const selects = new Map(Object.values(queries).map((query) => [query, query.operations()]));
    const operations = [...selects.values()].flat();
    const results = operations.length === 0 ? [] : await this.client.transact(DATABASE, operations, signal);
    const rows = results.map((result) => result.rows ?? []);
    return answerEach(queries, (query) => query.read(rows.splice(0, selects.get(query)?.length)));
  }

  /**
   * Waits until ovs-vswitchd has applied a configuration. Reads then show the result: ovs-vswitchd copies `next_cfg` to
   * `cur_cfg` in the transaction that updates the interfaces.
   */
  async untilConfigured(configuration: number, signal: AbortSignal): Promise<void> {
    const replica = this.#replica ?? this.#configuration;
    const reached = (row: { readonly cur_cfg?: unknown }) => Number(row.cur_cfg) >= configuration;
    await replica.until((tables) => tables.all('Open_vSwitch').some(reached), 'ovs-vswitchd', signal);
  }
}
