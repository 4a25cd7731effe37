import type { Condition, Operation } from '../../ovsdb/operations.js';
import * as values from '../../ovsdb/values.js';

export const DATABASE = 'Open_vSwitch';

/** All columns that are read, by table: a replica has these and the rows' ids. */
export const COLUMNS = {
  Open_vSwitch: ['cur_cfg', 'next_cfg', 'external_ids', 'other_config'],
  Bridge: [
    ...(['name', 'datapath_type', 'external_ids', 'fail_mode', 'ports'] as const),
    ...(['controller', 'stp_enable', 'rstp_enable'] as const),
    ...(['other_config', 'mcast_snooping_enable'] as const),
  ],
  Port: [
    ...(['name', 'tag', 'vlan_mode', 'trunks', 'protected'] as const),
    ...(['external_ids', 'other_config', 'interfaces', 'qos', 'cvlans'] as const),
  ],
  Interface: [
    ...(['name', 'type', 'external_ids', 'options', 'mtu_request'] as const),
    ...(['ofport', 'error', 'admin_state', 'link_state', 'lacp_current', 'bfd_status'] as const),
  ],
  QoS: ['external_ids'],
  Mirror: ['name', 'output_port'],
} as const;

export type Table = keyof typeof COLUMNS;

/** A column that may be queried. */
export type Column<T extends Table> = '_uuid' | (typeof COLUMNS)[T][number];

/** How rows are found by a string. */
export interface Key {
  /** Distinguishes it from other keys. */
  readonly id: string;
  where(value: string): Condition;
  /** The value that a row has, if it has one. */
  of(row: values.Row): string | undefined;
}

/** By a column that holds a single string. */
export function byColumn(column: string): Key {
  return {
    id: column,
    where: (value) => [column, '==', value],
    of: (row) => values.readString(row[column]),
  };
}

/** By the value that a row has for a key of its `external_ids`. */
export function byExternalId(key: string): Key {
  return {
    id: `external_ids:${key}`,
    where: (value) => ['external_ids', 'includes', values.map({ [key]: value })],
    of: ({ external_ids }) => values.readEntry(external_ids, key),
  };
}

/** By a column that refers to at most one row: by the uuid of that. */
export function byReference(column: string): Key {
  return {
    id: column,
    where: (value) => [column, 'includes', values.uuid(value)],
    of: (row) => values.readUuids(row[column])[0],
  };
}

/** Rows that are available locally. */
export interface RowTables {
  all(table: Table): readonly values.Row[];
  find(table: Table, key: Key, value: string): readonly values.Row[];
}

/** A query for rows, and two ways to answer it. */
export interface RowQuery<R> {
  /** How many keys it names; 0 for a whole table. */
  readonly keys: number;
  /** The operations to send to the server. */
  operations(): readonly Operation[];
  /** The result from the server's reply to these. */
  read(results: readonly (readonly values.Row[])[]): R;
  /** The result from rows that are available locally. */
  lookUp(tables: RowTables): R;
}

/** All rows of a table. */
export function queryTable<T extends Table>(
  table: T,
  columns: readonly Column<T>[],
): RowQuery<readonly values.Row[]> {
  return {
    keys: 0,
    operations: () => [{ op: 'select', table, where: [], columns }],
    read: ([rows = []]) => rows,
    lookUp: (tables) => tables.all(table),
  };
}

/** The rows of a table by the values of a key, a list for each. */
export function queryRows<T extends Table>(
  table: T,
  columns: readonly Column<T>[],
  keys: Iterable<string>,
  key: Key,
): RowQuery<ReadonlyMap<string, readonly values.Row[]>> {
  const wanted = [...new Set(keys)];
  return {
    keys: wanted.length,
    operations: () => wanted.map((each) => ({ op: 'select', table, where: [key.where(each)], columns })),
    read: (results) => new Map(wanted.map((each, i) => [each, results[i] ?? []])),
    lookUp: (tables) => new Map(wanted.map((each) => [each, tables.find(table, key, each)])),
  };
}

export type RowQueries = Readonly<Record<string, RowQuery<unknown>>>;

/** The results of queries, by name. */
export type Answers<Q> = { readonly [K in keyof Q]: Q[K] extends RowQuery<infer R> ? R : never };

/** Answers queries one by one. */
export function answerEach<Q extends RowQueries>(
  queries: Q,
  answer: (query: RowQuery<unknown>) => unknown,
): Answers<Q> {
  const answers = Object.entries(queries).map(([name, query]) => [name, answer(query)]);
  return Object.fromEntries(answers);
}
