import type { Row } from '../../ovsdb/values.js';
import type { Key } from './key.js';

interface Index {
  readonly key: Key;
  readonly rows: Map<string, Set<Row>>;
}

/** The rows of a table by their ids, and by the keys that they have been looked for by. */
export class RowTable {
  readonly #rows = new Map<string, Row>();
  readonly #indexes = new Map<string, Index>();

  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  find(key: Key, value: string): readonly Row[] {
    return [...(this.#index(key).rows.get(value) ?? [])];
  }

  /** Puts a row in the place of the one of this id; none removes it. */
  put(id: string, row: Row | undefined): void {
    const former = this.#rows.get(id);
    for (const index of this.#indexes.values()) {
      if (former) leave(index, former);
      if (row) enter(index, row);
    }
    if (row) this.#rows.set(id, row);
    else this.#rows.delete(id);
  }

  #index(key: Key): Index {
    const known = this.#indexes.get(key.id);
    if (known) return known;
    const index = { key, rows: new Map<string, Set<Row>>() };
    for (const row of this.#rows.values()) enter(index, row);
    this.#indexes.set(key.id, index);
    return index;
  }
}

function enter({ key, rows }: Index, row: Row): void {
  const value = key.of(row);
  if (value === undefined) return;
  const same = rows.get(value);
  if (same) same.add(row);
  else rows.set(value, new Set([row]));
}

function leave({ key, rows }: Index, row: Row): void {
  const value = key.of(row);
  const same = value === undefined ? undefined : rows.get(value);
  if (value === undefined || !same?.delete(row)) return;
  if (same.size === 0) rows.delete(value);
}
