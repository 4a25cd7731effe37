import { isVifError } from '@vifkit/core';
import { orAborted, signalError } from '@vifkit/engine/time';
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
  readonly #checks = new Set<() => void>();
  #monitor: Promise<OvsdbMonitor> | undefined;

  constructor(
    private readonly client: Ovsdb,
    private readonly extent: Extent,
  ) {}

  /** The known rows. This queries the server only at the start. */
  async tables(signal: AbortSignal): Promise<RowTables> {
    await this.#watching(signal);
    return {
      all: (table) => this.#tables.get(table)?.all() ?? [],
      find: (table, key: Key, value) => this.#tables.get(table)?.find(key, value) ?? [],
    };
  }

  /** Waits until it has everything that the server has now. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (!this.#monitor) {
      await this.#watching(signal);
      return;
    }
    const watching = this.#monitor;
    const monitor = await this.#watching(signal);
    try {
      await monitor.sync(signal);
    } catch (error) {
      if (isRefused(error) && this.#monitor === watching) {
        this.#monitor = undefined; // the next caller starts it again
        monitor.cancel();
      }
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
    this.#checks.add(check);
    try {
      await orAborted(met, signal, () => signalError(signal, `waiting for ${what}`));
    } finally {
      this.#checks.delete(check);
    }
  }

  /** All callers share it, so a caller that gives up does not abort the start. */
  #watching(signal: AbortSignal): Promise<OvsdbMonitor> {
    this.#monitor ??= this.#start().catch((error: unknown) => {
      this.#monitor = undefined;
      throw error;
    });
    return orAborted(this.#monitor, signal, () => signalError(signal, "reading Open vSwitch's database"));
  }

  #start(): Promise<OvsdbMonitor> {
    const requests = Object.entries(this.extent).map(([table, columns]) => [table, { columns }]);
    return this.client.monitor(DATABASE, Object.fromEntries(requests), (updates, initial) =>
      this.#update(updates, initial),
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
    for (const check of this.#checks) check();
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
