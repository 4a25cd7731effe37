import { isVifError, VifError } from '@vifkit/core';
import type { Connection } from './connection.js';
import { isObject, isRow, type Row } from './values.js';

/** Which columns of which tables to watch. A table without `columns` is watched in full. */
export type MonitorRequests = Readonly<Record<string, { readonly columns?: readonly string[] }>>;

/** By table and uuid: what a row was, in the columns that changed, and what it is. New rows have no `old`. */
export type TableUpdates = Readonly<
  Record<string, Readonly<Record<string, { readonly old?: Row; readonly new?: Row }>>>
>;

/**
 * Told of every change, in the server's order. `initial` says that these are all rows there are: at the
 * start, and again after a reconnect, when what was known before no longer counts. A listener that cannot use what the
 * server sent throws `OVSDB_PROTOCOL`, which ends the connection.
 */
export type MonitorListener = (updates: TableUpdates, initial: boolean) => void;

/** Updates ahead of the initial rows: those of the time that their message takes, so a few. */
const MOST_EARLY = 1_000;

/** A monitor, whichever connection it is on at the time. */
export class Monitor {
  /** Updates that came before the initial rows were seen: both may be in one chunk of the stream. */
  #early: TableUpdates[] | undefined;
  #started: Promise<void> | undefined;

  constructor(
    readonly id: string,
    readonly database: string,
    private readonly requests: MonitorRequests,
    private readonly listener: MonitorListener,
  ) {}

  /** Its start on the latest connection. */
  get started(): Promise<void> | undefined {
    return this.#started;
  }

  /** Asks the server for it on a connection that does not have it yet. */
  start(connection: Connection, signal: AbortSignal): Promise<void> {
    this.#started = this.#start(connection, signal);
    return this.#started;
  }

  async #start(connection: Connection, signal: AbortSignal): Promise<void> {
    const early: TableUpdates[] = [];
    this.#early = early;
    const rows = await connection.call('monitor', [this.database, this.id, this.requests], signal);
    if (this.#early !== early) return; // started anew on another connection since
    this.#early = undefined;
    this.#tell(asUpdates(rows), true);
    for (const updates of early) this.#tell(updates, false);
  }

  update(value: unknown): void {
    const updates = asUpdates(value);
    if (!this.#early) this.#tell(updates, false);
    else if (this.#early.length < MOST_EARLY) this.#early.push(updates);
    else throw new VifError('OVSDB_PROTOCOL', 'The OVSDB server sends changes of rows that it never sent');
  }

  #tell(updates: TableUpdates, initial: boolean): void {
    try {
      this.listener(updates, initial);
    } catch (error) {
      if (isVifError(error, 'OVSDB_PROTOCOL')) throw error;
      // As an EventTarget does: a listener's bug is its owner's, and must not end the connection.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** By table, by uuid: objects whose `old` and `new`, if they are there, are rows. */
function asUpdates(value: unknown): TableUpdates {
  const isUpdate = (update: unknown) => isObject(update) && Object.values(update).every(isRow);
  const isTable = (table: unknown) => isObject(table) && Object.values(table).every(isUpdate);
  if (isObject(value) && Object.values(value).every(isTable)) return value as TableUpdates;
  throw new VifError('OVSDB_PROTOCOL', 'The OVSDB server sent a malformed update of a monitor');
}
