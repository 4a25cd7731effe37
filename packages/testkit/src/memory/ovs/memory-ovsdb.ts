import {
  type MonitorListener,
  type MonitorRequests,
  type Operation,
  type OperationResult,
  type Ovsdb,
  type OvsdbMonitor,
  type Row,
  readResults,
  type TableUpdates,
} from '@vifkit/host/parts';
import { Database, type RowChange } from './database.js';
import type { Schema } from './schema.js';

/** An OVSDB server in memory, with one database. */
export class MemoryOvsdb implements Ovsdb {
  protected readonly database: Database;
  /** The locks of the server that somebody else holds, as a daemon does while it runs. */
  readonly locks = new Set<string>();

  /** @param operations make what is there from the start */
  constructor(schema: Schema, operations: readonly Operation[] = []) {
    this.database = new Database(schema);
    this.database.transact(operations);
  }

  async transact(
    _database: string,
    operations: readonly Operation[],
    signal: AbortSignal,
  ): Promise<readonly OperationResult[]> {
    return readResults(operations, await this.answer(operations, signal));
  }

  /** The server's reply: a result for each operation, or an error instead. */
  async answer(operations: readonly Operation[], _signal: AbortSignal): Promise<unknown[]> {
    return this.database.transact(operations);
  }

  async monitor(
    _database: string,
    requests: MonitorRequests,
    listener: MonitorListener,
  ): Promise<OvsdbMonitor> {
    await this.settle();
    listener(this.#initial(requests), true);
    const cancel = this.database.listen((each) => {
      const updates = updatesOf(each, requests);
      if (Object.keys(updates).length > 0) listener(updates, false);
    });
    return { cancel, sync: () => this.settle() };
  }

  async isLocked(lock: string): Promise<boolean> {
    return this.locks.has(lock);
  }

  /** Updates what daemons report in the database. */
  protected async settle(): Promise<void> {}

  #initial(requests: MonitorRequests): TableUpdates {
    const changes = Object.keys(requests).flatMap((table) =>
      [...this.database.rows(table)].map(([id, row]): RowChange => ({ table, id, new: row })),
    );
    return updatesOf(changes, requests);
  }
}

function updatesOf(changes: readonly RowChange[], requests: MonitorRequests): TableUpdates {
  const updates: Record<string, Record<string, { old?: Row; new?: Row }>> = {};
  for (const { table, id, old, new: row } of changes) {
    const request = requests[table];
    if (!request) continue;
    const columns = request.columns?.filter((key) => key !== '_uuid');
    const watched = (each: Row) =>
      Object.fromEntries(Object.entries(each).filter(([key]) => columns?.includes(key) ?? true));
    const update = { ...(old && { old: watched(old) }), ...(row && { new: watched(row) }) };
    if (old && row && JSON.stringify(update.old) === JSON.stringify(update.new)) continue;
    const updated = updates[table] ?? {};
    updated[id] = update;
    updates[table] = updated;
  }
  return updates;
}
