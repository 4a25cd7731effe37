import { isVifError } from '@vifkit/core';
import { withinDeadline } from '@vifkit/engine/time';
import type { Ovsdb, OvsdbMonitor } from '../../ovsdb/client.js';
import type { TableUpdates } from '../../ovsdb/monitor.js';
import { type Row, uuid } from '../../ovsdb/values.js';
import { DATABASE, type Key, type RowTables, type Table } from './queries.js';

/** Some columns of some tables. */
type Extent = Readonly<Partial<Record<Table, readonly string[]>>>;

/**
 * A copy of columns of the database, which one monitor keeps up to date. It has our own changes once the reply to the
 * transaction arrives: the server sends the update before the reply. It follows the changes of others as they are
 * reported, and has all of them after a refresh.
 */
export class Replica {
  readonly #tables = new Map<string, RowTable>();
  /** Called after each change. */
  readonly #listeners = new Set<() => void>();
  #watches = 0;
  #monitor: Promise<OvsdbMonitor> | undefined;

  /** The known rows, as they change. */
  readonly known: RowTables = {
    all: (table) => this.#tables.get(table)?.all() ?? [],
    find: (table, key, value) => this.#tables.get(table)?.find(key, value) ?? [],
  };

  constructor(
    private readonly client: Pick<Ovsdb, 'monitor'>,
    private readonly extent: Extent,
  ) {}

  /** The known rows. This queries the server only at the start. */
  async tables(signal: AbortSignal): Promise<RowTables> {
    await this.#started(signal);
    return this.known;
  }

  /** Waits until it has everything that the server has now. */
  async refresh(signal: AbortSignal): Promise<void> {
    const before = this.#monitor;
    const monitor = await this.#started(signal);
    if (!before) return;
    try {
      await monitor.sync(signal);
    } catch (error) {
      if (isRefused(error) && this.#monitor === before) this.#end(); // the next caller starts it again
      throw error;
    }
  }

  /**
   * Calls a listener after each change, until the returned function is called. The rows are up to date once this
   * resolves. The monitor ends with the last watch.
   * @throws VifError if the database cannot be watched
   */
  async watch(listener: () => void, signal: AbortSignal): Promise<() => void> {
    this.#listeners.add(listener);
    this.#watches += 1;
    const leave = () => {
      this.#listeners.delete(listener);
      this.#watches -= 1;
      if (this.#watches === 0) this.#end();
    };
    try {
      await this.refresh(signal);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Waits until the rows fulfil a condition. */
  async until(holds: (tables: RowTables) => boolean, what: string, signal: AbortSignal): Promise<void> {
    const tables = await this.tables(signal);
    if (holds(tables)) return;
    let check = () => {};
    const met = new Promise<void>((resolve) => {
      check = () => {
        if (holds(tables)) resolve();
      };
    });
    this.#listeners.add(check);
    try {
      await withinDeadline(met, signal, `waiting for ${what}`);
    } finally {
      this.#listeners.delete(check);
    }
  }

  /** All callers share it, so a caller that gives up does not abort the start. */
  #started(signal: AbortSignal): Promise<OvsdbMonitor> {
    this.#monitor ??= this.#start();
    return withinDeadline(this.#monitor, signal, "reading Open vSwitch's database");
  }

  #start(): Promise<OvsdbMonitor> {
    const requests = Object.entries(this.extent).map(([table, columns]) => [table, { columns }]);
    const monitor = this.client.monitor(DATABASE, Object.fromEntries(requests), (updates, initial) =>
      this.#update(updates, initial),
    );
    monitor.catch(() => {
      if (this.#monitor === monitor) this.#monitor = undefined;
    });
    return monitor;
  }

  #end(): void {
    const ended = this.#monitor;
    this.#monitor = undefined;
    ended?.then(
      (monitor) => monitor.cancel(),
      () => {}, // it has not begun
    );
  }

  #update(updates: TableUpdates, initial: boolean): void {
    if (initial) this.#tables.clear();
    for (const [name, rows] of Object.entries(updates)) {
      const table = this.#tables.get(name) ?? new RowTable();
      this.#tables.set(name, table);
      for (const [id, { new: row }] of Object.entries(rows)) {
        table.put(id, row && { ...row, _uuid: uuid(id) });
      }
    }
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the server refuses it, as opposed to not being reachable in time. */
function isRefused(error: unknown): boolean {
  return isVifError(error, 'OVSDB_ERROR') || isVifError(error, 'OVSDB_PROTOCOL');
}

interface Index {
  readonly key: Key;
  /** The ids of the rows that have a value. */
  readonly ids: Map<string, Set<string>>;
}

/** The rows of a table by id, and by the keys that they were searched by. */
export class RowTable {
  readonly #rows = new Map<string, Row>();
  readonly #indexes = new Map<string, Index>();

  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  find(key: Key, value: string): readonly Row[] {
    const rows = [...(this.#index(key).ids.get(value) ?? [])].map((id) => this.#rows.get(id));
    return rows.filter((row) => row !== undefined);
  }

  /** Replaces the row with this id; undefined removes it. */
  put(id: string, row: Row | undefined): void {
    const former = this.#rows.get(id);
    for (const { key, ids } of this.#indexes.values()) {
      const [before, after] = [former && key.of(former), row && key.of(row)];
      if (before === after) continue;
      if (before !== undefined) leave(ids, before, id);
      if (after !== undefined) enter(ids, after, id);
    }
    if (row) this.#rows.set(id, row);
    else this.#rows.delete(id);
  }

  #index(key: Key): Index {
    const known = this.#indexes.get(key.id);
    if (known) return known;
    const index = { key, ids: new Map<string, Set<string>>() };
    for (const [id, row] of this.#rows) {
      const value = key.of(row);
      if (value !== undefined) enter(index.ids, value, id);
    }
    this.#indexes.set(key.id, index);
    return index;
  }
}

function enter(ids: Index['ids'], value: string, id: string): void {
  const same = ids.get(value);
  if (same) same.add(id);
  else ids.set(value, new Set([id]));
}

function leave(ids: Index['ids'], value: string, id: string): void {
  const same = ids.get(value);
  if (same?.delete(id) && same.size === 0) ids.delete(value);
}
