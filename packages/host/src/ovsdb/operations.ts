import type { Row, Uuid, Value } from './values.js';

export type Condition = readonly [
  column: string,
  test: '<' | '<=' | '==' | '!=' | '>=' | '>' | 'includes' | 'excludes',
  value: Value,
];

export type Mutation = readonly [
  column: string,
  mutator: '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete',
  value: Value,
];

/** An operation of a transaction (RFC 7047, section 5.2). */
export type Operation =
  | {
      readonly op: 'insert';
      readonly table: string;
      readonly row: Row;
      readonly 'uuid-name'?: string;
      /** The id of the new row; of ovsdb-server(7), not of the RFC. */
      readonly uuid?: string;
    }
  | {
      readonly op: 'select';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly columns?: readonly string[];
    }
  | { readonly op: 'update'; readonly table: string; readonly where: readonly Condition[]; readonly row: Row }
  | {
      readonly op: 'mutate';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly mutations: readonly Mutation[];
    }
  | { readonly op: 'delete'; readonly table: string; readonly where: readonly Condition[] }
  | {
      readonly op: 'wait';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly columns: readonly string[];
      readonly until: '==' | '!=';
      readonly rows: readonly Row[];
      /** Milliseconds. 0 makes it a check: the transaction fails with `timed out` if it does not hold now. */
      readonly timeout?: number;
    }
  | { readonly op: 'commit'; readonly durable: boolean }
  | { readonly op: 'abort' }
  | { readonly op: 'comment'; readonly comment: string }
  | { readonly op: 'assert'; readonly lock: string };

/** The result of an operation: which member is present depends on its `op`. */
export interface OperationResult {
  /** Of `insert`. */
  readonly uuid?: Uuid;
  /** Of `update`, `mutate` and `delete`: how many rows matched. */
  readonly count?: number;
  /** Of `select`. */
  readonly rows?: readonly Row[];
}
