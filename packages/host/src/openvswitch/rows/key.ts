import type { Condition } from '../../ovsdb/operations.js';
import * as values from '../../ovsdb/values.js';

/** How rows are found by a text. */
export interface Key {
  /** What tells it from other keys. */
  readonly id: string;
  where(value: string): Condition;
  /** The value that a row has, if it has one. */
  of(row: values.Row): string | undefined;
}

/** By a column that holds a single text. */
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
    of: ({ external_ids }) => values.readStrings(external_ids)[key],
  };
}
