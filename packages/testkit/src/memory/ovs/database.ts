import {
  type Atom,
  type Condition,
  type Mutation,
  type Operation,
  type Row,
  readSet,
  type Value,
} from '@vifkit/host/parts';
import {
  asSet,
  canonical,
  canonicalRow,
  elements,
  idsIn,
  initialOf,
  isMap,
  pairsIn,
  shown,
} from './cells.js';
import type { Column, Schema } from './schema.js';

/** The change of a row: `old` is missing if it is new, `new` if it is gone. */
export interface RowChange {
  readonly table: string;
  readonly id: string;
  readonly old?: Row;
  readonly new?: Row;
}

/** Why a transaction is refused, as in the server's reply. */
class Refusal extends Error {
  constructor(
    readonly error: string,
    readonly details: string,
  ) {
    super(details);
  }
}

/** The tables of an OVSDB server, and its rules for transactions (RFC 7047, section 5.2). */
export class Database {
  readonly #tables: ReadonlyMap<string, Map<string, Row>>;
  readonly #listeners = new Set<(changes: readonly RowChange[]) => void>();
  #inserted = 0;

  constructor(readonly schema: Schema) {
    this.#tables = new Map(Object.keys(schema).map((name) => [name, new Map()]));
  }

  /** The rows of a table, by their ids. */
  rows(table: string): ReadonlyMap<string, Row> {
    return this.#tables.get(table) ?? new Map();
  }

  /** Calls the listener for each transaction that changed something, before the reply. */
  listen(listener: (changes: readonly RowChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Applies all operations or none. Returns what the server would: a result for each, or an error instead. */
  transact(operations: readonly Operation[]): unknown[] {
    const draft = new Draft(
      this,
      () => `00000000-0000-4000-8000-${String(++this.#inserted).padStart(12, '0')}`,
    );
    const results: unknown[] = [];
    try {
      for (const operation of operations) results.push(draft.run(operation));
      draft.settle();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      const { error, details } = refusal;
      const isCommit = results.length === operations.length;
      return [
        ...results,
        { error, details },
        ...(isCommit ? [] : operations.slice(results.length + 1).map(() => null)),
      ];
    }
    const changes = draft.changes();
    for (const { table, id, new: row } of changes) {
      if (row) this.#tables.get(table)?.set(id, row);
      else this.#tables.get(table)?.delete(id);
    }
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    return results;
  }
}

/** The database as a transaction has changed it so far. */
class Draft {
  readonly #changed = new Map<string, Map<string, Row | undefined>>();
  readonly #named = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly newId: () => string,
  ) {}

  run(operation: Operation): object {
    switch (operation.op) {
      case 'insert': {
        const { uuid, 'uuid-name': name } = operation;
        if (uuid !== undefined && name !== undefined) this.#named.set(name, uuid);
        const id = uuid ?? (name === undefined ? this.newId() : this.#idOf(name));
        const { columns } = this.#tableOf(operation.table);
        const initial = Object.entries(columns).map(([key, column]) => [key, initialOf(column)]);
        this.#put(operation.table, id, {
          ...Object.fromEntries(initial),
          ...this.#read(operation.table, operation.row),
        });
        return { uuid: ['uuid', id] };
      }
      case 'select': {
        for (const key of operation.columns ?? []) {
          if (!['_uuid', '_version'].includes(key)) this.#columnOf(operation.table, key);
        }
        const found = this.#find(operation.table, operation.where);
        return { rows: found.map(([id, row]) => shown(id, row, operation.columns)) };
      }
      case 'update': {
        const row = this.#read(operation.table, operation.row);
        return this.#each(operation, (before) => ({ ...before, ...row }));
      }
      case 'mutate':
        return this.#each(operation, (row) =>
          operation.mutations.reduce(
            (before, mutation) => this.#mutated(operation.table, before, mutation),
            row,
          ),
        );
      case 'delete':
        return this.#each(operation, () => undefined);
      case 'wait':
        // The condition holds now or never: nothing else happens meanwhile.
        if (this.#holds(operation)) return {};
        throw new Refusal('timed out', '"wait" timed out');
      case 'comment':
      case 'commit':
        return {};
      case 'abort':
        throw new Refusal('aborted', 'aborted by request');
      case 'assert':
        throw new Refusal('not owner', `the lock ${operation.lock} is not held`);
    }
  }

  /** The checks at the end of a transaction: duplicate names, dangling references, and unreferenced rows. */
  settle(): void {
    if (this.#changed.size === 0) return;
    for (const [name, { isRoot, isNamed }] of Object.entries(this.database.schema)) {
      const used = isRoot ? undefined : this.#referredTo(name);
      if (used) for (const [id] of [...this.#all(name)]) if (!used.has(id)) this.#put(name, id, undefined);
      if (isNamed && this.#changed.has(name)) this.#expectUniqueNames(name);
    }
    for (const [name, { columns }] of Object.entries(this.database.schema)) {
      for (const [key, { refersTo }] of Object.entries(columns)) {
        if (refersTo === undefined || !(this.#changed.has(name) || this.#changed.has(refersTo))) continue;
        for (const [, row] of this.#all(name)) {
          if (idsIn(row[key]).every((id) => this.#get(refersTo, id))) continue;
          throw new Refusal(
            'referential integrity violation',
            `${name} column ${key} refers to a missing ${refersTo}`,
          );
        }
      }
    }
  }

  changes(): RowChange[] {
    return [...this.#changed].flatMap(([table, rows]) =>
      [...rows].flatMap(([id, row]): RowChange[] => {
        const old = this.database.rows(table).get(id);
        return old || row ? [{ table, id, ...(old && { old }), ...(row && { new: row }) }] : [];
      }),
    );
  }

  #get(table: string, id: string): Row | undefined {
    const changed = this.#changed.get(table);
    return changed?.has(id) ? changed.get(id) : this.database.rows(table).get(id);
  }

  #put(table: string, id: string, row: Row | undefined): void {
    const changed = this.#changed.get(table) ?? new Map<string, Row | undefined>();
    this.#changed.set(table, changed.set(id, row));
  }

  *#all(table: string): Generator<readonly [string, Row]> {
    const changed = this.#changed.get(table);
    for (const [id, row] of this.database.rows(table)) if (!changed?.has(id)) yield [id, row];
    for (const [id, row] of changed ?? []) if (row) yield [id, row];
  }

  #find(table: string, where: readonly Condition[]): (readonly [string, Row])[] {
    this.#tableOf(table);
    const byId = where.find(([column, test]) => column === '_uuid' && test === '==');
    const [id] = byId ? idsIn(this.#resolved(byId[2])) : [];
    const row = id === undefined ? undefined : this.#get(table, id);
    const candidates = byId ? (id !== undefined && row ? [[id, row] as const] : []) : this.#all(table);
    const conditions = where.filter((condition) => condition !== byId);
    return [...candidates].filter(([, each]) =>
      conditions.every((condition) => this.#meets(table, each, condition)),
    );
  }

  #meets(table: string, row: Row, [key, test, value]: Condition): boolean {
    const column = this.#columnOf(table, key);
    const wanted = this.#normal(column, value);
    const actual = row[key] ?? wanted;
    switch (test) {
      case '==':
      case '!=':
        return (canonical(actual) === canonical(wanted)) === (test === '==');
      case 'includes':
      case 'excludes': {
        const have = new Set(elements(actual));
        const isIn = (each: string) => have.has(each);
        return test === 'includes' ? elements(wanted).every(isIn) : !elements(wanted).some(isIn);
      }
      default:
        throw new Refusal('not supported', `conditions with ${test}`);
    }
  }

  #each(
    { table, where }: { readonly table: string; readonly where: readonly Condition[] },
    change: (row: Row) => Row | undefined,
  ): object {
    const found = this.#find(table, where);
    for (const [id, row] of found) {
      const changed = change(row);
      if (!changed || canonicalRow(changed) !== canonicalRow(row)) this.#put(table, id, changed);
    }
    return { count: found.length };
  }

  #mutated(table: string, row: Row, [key, mutator, value]: Mutation): Row {
    const column = this.#columnOf(table, key);
    const before = row[key] ?? initialOf(column);
    if (mutator === '+=') return { ...row, [key]: Number(before) + Number(value) };
    if (mutator !== 'insert' && mutator !== 'delete')
      throw new Refusal('not supported', `mutations with ${mutator}`);
    if (column.holds === 'map')
      return { ...row, [key]: this.#mutatedMap(before, mutator, this.#resolved(value)) };
    const given = readSet(this.#resolved(value));
    const isGiven = new Set(given.map(canonical));
    const others = readSet(before).filter((atom) => !isGiven.has(canonical(atom)));
    return { ...row, [key]: asSet(mutator === 'insert' ? [...others, ...given] : others) };
  }

  #mutatedMap(before: Value, mutator: 'insert' | 'delete', value: Value): Value {
    const entries = new Map(pairsIn(before));
    if (mutator === 'insert') {
      for (const [key, item] of pairsIn(value)) if (!entries.has(key)) entries.set(key, item);
    } else if (isMap(value)) {
      for (const [key, item] of pairsIn(value)) if (entries.get(key) === item) entries.delete(key);
    } else for (const key of readSet(value)) entries.delete(key);
    return ['map', [...entries]];
  }

  #holds(wait: Extract<Operation, { op: 'wait' }>): boolean {
    const { table, columns } = wait;
    const actual = this.#find(table, wait.where).map(([, row]) =>
      canonicalRow(Object.fromEntries(columns.map((key) => [key, row[key] ?? '']))),
    );
    const wanted = wait.rows.map((row) => canonicalRow(this.#read(table, row)));
    const isSame = [...new Set(actual)].sort().join() === [...new Set(wanted)].sort().join();
    return isSame === (wait.until === '==');
  }

  #read(table: string, row: Row): Row {
    const columns = Object.entries(row).map(([key, value]) => [
      key,
      this.#normal(this.#columnOf(table, key), value),
    ]);
    return Object.fromEntries(columns);
  }

  #normal({ holds }: Column, value: Value): Value {
    const resolved = this.#resolved(value);
    return holds === 'set' ? asSet(readSet(resolved)) : resolved;
  }

  /** With the ids of the rows that this transaction names. */
  #resolved(value: Value): Value {
    if (!Array.isArray(value)) return value;
    if (value[0] === 'set') {
      const atoms = value[1] as readonly Atom[];
      if (new Set(atoms.map(canonical)).size < atoms.length) {
        throw new Refusal('ovsdb error', 'set contains duplicate value');
      }
      return ['set', atoms.map((atom) => this.#resolvedAtom(atom))];
    }
    return value[0] === 'map' ? value : this.#resolvedAtom(value as Atom);
  }

  #resolvedAtom(atom: Atom): Atom {
    if (!Array.isArray(atom) || atom[0] !== 'named-uuid') return atom;
    return ['uuid', this.#idOf(atom[1])];
  }

  /** The id of the row that the transaction inserts with this name, earlier or later. */
  #idOf(name: string): string {
    const id = this.#named.get(name) ?? this.newId();
    this.#named.set(name, id);
    return id;
  }

  #referredTo(table: string): Set<string> {
    const used = new Set<string>();
    for (const [name, { columns }] of Object.entries(this.database.schema)) {
      for (const [key, { refersTo }] of Object.entries(columns)) {
        if (refersTo === table)
          for (const [, row] of this.#all(name)) for (const id of idsIn(row[key])) used.add(id);
      }
    }
    return used;
  }

  #expectUniqueNames(table: string): void {
    const names = new Set<unknown>();
    for (const [, { name }] of this.#all(table)) {
      if (names.has(name)) {
        const details = `Transaction causes multiple rows in "${table}" table to have identical values (${name})`;
        throw new Refusal('constraint violation', details);
      }
      names.add(name);
    }
  }

  #tableOf(name: string) {
    const table = this.database.schema[name];
    if (!table) throw new Refusal('syntax error', `there is no table ${name}`);
    return table;
  }

  #columnOf(table: string, key: string): Column {
    const column = this.#tableOf(table).columns[key];
    if (!column) throw new Refusal('unknown column', `there is no column ${key} in ${table}`);
    return column;
  }
}
