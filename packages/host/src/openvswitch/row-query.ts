import type { OvsdbClient } from '../ovsdb/client.js';
import type { Condition, Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';

export const DATABASE = 'Open_vSwitch';

/** For more keys than this the whole table is read: the server goes through all of it for each condition. */
const MOST_CONDITIONS = 20;

/** How rows are found by a key. */
export interface Key {
  where(key: string): Condition;
  /** The key that a row has, if it has one. */
  of(row: values.Row): string | undefined;
}

/** By a column that holds a single text. */
export function byColumn(column: string): Key {
  return {
    where: (value) => [column, '==', value],
    of: (row) => values.readString(row[column]),
  };
}

/** By the value that a row has for a key of its `external_ids`. */
export function byExternalId(key: string): Key {
  return {
    where: (value) => ['external_ids', 'includes', values.map({ [key]: value })],
    of: ({ external_ids }) => values.readStrings(external_ids)[key],
  };
}

/** Operations that read rows, and what their answers amount to. */
interface RowQuery<R> {
  readonly operations: readonly Operation[];
  read(results: readonly (readonly values.Row[])[]): R;
}

/** All rows of a table. */
export function queryTable(table: string, columns: readonly string[]): RowQuery<readonly values.Row[]> {
  return { operations: [{ op: 'select', table, where: [], columns }], read: ([rows = []]) => rows };
}

/**
 * The rows of a table by keys, a list for each.
 * @param columns the key's among them
 */
export function queryRows(
  table: string,
  columns: readonly string[],
  keys: Iterable<string>,
  key: Key,
): RowQuery<ReadonlyMap<string, readonly values.Row[]>> {
  const wanted = [...new Set(keys)];
  if (wanted.length > MOST_CONDITIONS) {
    const all = queryTable(table, columns);
    return { ...all, read: (results) => group(all.read(results), wanted, key) };
  }
  return {
    operations: wanted.map((each) => ({ op: 'select', table, where: [key.where(each)], columns })),
    read: (results) => new Map(wanted.map((each, i) => [each, results[i] ?? []])),
  };
}

function group(rows: readonly values.Row[], wanted: readonly string[], key: Key): Map<string, values.Row[]> {
  const groups = new Map<string, values.Row[]>(wanted.map((each) => [each, []]));
  for (const row of rows) {
    const found = key.of(row);
    if (found !== undefined) groups.get(found)?.push(row);
  }
  return groups;
}

/** What queries amount to, under their names. */
type Answers<Q> = { readonly [K in keyof Q]: Q[K] extends RowQuery<infer R> ? R : never };

/** Runs queries in one transaction. @throws VifError what `client.transact` throws */
export async function select<Q extends Readonly<Record<string, RowQuery<unknown>>>>(
  client: OvsdbClient,
  queries: Q,
  signal: AbortSignal,
): Promise<Answers<Q>> {
  const operations = Object.values(queries).flatMap((query) => query.operations);
  const results = operations.length === 0 ? [] : await client.transact(DATABASE, operations, signal);
  const rows = results.map((result) => result.rows ?? []);
  const answers = Object.entries(queries).map(([name, query]) => [
    name,
    query.read(rows.splice(0, query.operations.length)),
  ]);
  return Object.fromEntries(answers);
}
