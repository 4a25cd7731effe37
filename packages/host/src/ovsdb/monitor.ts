import { VifError } from '@vifkit/core';
import type { Connection } from './connection.js';
import type { Row } from './values.js';

/** Which columns of which tables to watch. A table without `columns` is watched in full. */
export type MonitorRequests = Readonly<Record<string, { readonly columns?: readonly string[] }>>;

/** By table and uuid: what a row was, in the columns that changed, and what it is. New rows have no `old`. */
export type TableUpdates = Readonly<
  Record<string, Readonly<Record<string, { readonly old?: Row; readonly new?: Row }>>>
>;

/**
 * Told of every change, in the server's order. `initial` says that these are all rows there are: at the
 * start, and again after a reconnect, when what was known before no longer counts.
 */
export type MonitorListener = (updates: TableUpdates, initial: boolean) => void;

/** A monitor, whichever connection it is on at the time. */
export class Monitor {
  /** Updates that came before the initial rows were seen: both may be in one chunk of the stream. */
  #early: TableUpdates[] | undefined;

  constructor(
    readonly id: string,
    private readonly database: string,
    private readonly requests: MonitorRequests,
    private readonly listener: MonitorListener,
  ) {}

  /** Asks the server for it on a connection that does not have it yet. */
  async start(connection: Connection, signal: AbortSignal): Promise<void> {
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
    if (this.#early) this.#early.push(updates);
    else this.#tell(updates, false);
  }

  #tell(updates: TableUpdates, initial: boolean): void {
    try {
      this.listener(updates, initial);
    } catch (error) {
      // As an EventTarget does: a listener's bug is its owner's, and must not end the connection.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function asUpdates(value: unknown): TableUpdates {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TableUpdates;
  throw new VifError('OVSDB_PROTOCOL', 'The OVSDB server sent a malformed update of a monitor');
}
