import { isVifError, VifError } from '@vifkit/core';
import type { Connection } from './connection.js';
import { isObject, isRow, type Row } from './values.js';

/** The columns to watch, by table. A table without `columns` is watched in full. */
export type MonitorRequests = Readonly<Record<string, { readonly columns?: readonly string[] }>>;

/** By table and uuid: the row's old values in the columns that changed, and the new row. New rows have no `old`. */
export type TableUpdates = Readonly<
  Record<string, Readonly<Record<string, { readonly old?: Row; readonly new?: Row }>>>
>;

/**
 * Called for every change, in the server's order. `initial` means that these are all existing rows: at the start, and
 * again after a reconnect, when what was known before is no longer valid. A listener that cannot handle what the server
 * sent throws `OVSDB_PROTOCOL`, which closes the connection.
 */
export type MonitorListener = (updates: TableUpdates, initial: boolean) => void;

/**
 * The maximum number of updates before the initial rows: only a few can arrive while the message with these rows is in
 * transit.
 */
const MAX_EARLY_UPDATES = 1_000;

/** A monitor, across connections. */
export class Monitor {
  /** Updates that arrived before the initial rows were processed: both may be in one chunk of the stream. */
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

  /** Requests the monitor on a connection that does not have it yet. */
  start(connection: Connection, signal: AbortSignal): Promise<void> {
    this.#started = this.#start(connection, signal);
    return this.#started;
  }

  async #start(connection: Connection, signal: AbortSignal): Promise<void> {
    const early: TableUpdates[] = [];
    this.#early = early;
    const rows = await connection.call('monitor', [this.database, this.id, this.requests], signal);
    if (this.#early !== early) return; // restarted on another connection since
    this.#early = undefined;
    this.#notify(asUpdates(rows), true);
    for (const updates of early) this.#notify(updates, false);
  }

  update(value: unknown): void {
    const updates = asUpdates(value);
    if (!this.#early) this.#notify(updates, false);
    else if (this.#early.length < MAX_EARLY_UPDATES) this.#early.push(updates);
    else
      throw new VifError('OVSDB_PROTOCOL', 'The OVSDB server sends changes of rows that it has never sent');
  }

  #notify(updates: TableUpdates, initial: boolean): void {
    try {
      this.listener(updates, initial);
    } catch (error) {
      if (isVifError(error, 'OVSDB_PROTOCOL')) throw error;
      // As an EventTarget does: a bug in a listener must not close the connection.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** Checks updates by table and uuid: objects whose `old` and `new`, if present, are rows. */
function asUpdates(value: unknown): TableUpdates {
  const isUpdate = (update: unknown) => isObject(update) && Object.values(update).every(isRow);
  const isTable = (table: unknown) => isObject(table) && Object.values(table).every(isUpdate);
  if (isObject(value) && Object.values(value).every(isTable)) return value as TableUpdates;
  throw new VifError('OVSDB_PROTOCOL', 'The OVSDB server sent a malformed update of a monitor');
}
