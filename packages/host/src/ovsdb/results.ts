import { VifError } from '@vifkit/core';
import { OvsdbOperationError, readError } from './errors.js';
import type { Operation, OperationResult } from './operations.js';
import { isObject, isRow } from './values.js';

/**
 * Returns one result for each operation. The server's reply has an error in the place of the operation that failed, and
 * nulls after it; or, if only the commit failed, an error after the results.
 *
 * @throws OvsdbOperationError for a reply that contains an error.
 */
export function readResults(operations: readonly Operation[], answer: unknown): readonly OperationResult[] {
  if (!Array.isArray(answer) || answer.length < operations.length) {
    throw new VifError(
      'OVSDB_PROTOCOL',
      'The OVSDB server did not reply to every operation of a transaction',
    );
  }
  const failed = answer.findIndex((result) => result !== null && 'error' in Object(result));
  if (failed < 0) return answer.slice(0, operations.length).map(asResult);
  const operation = operations[failed];
  const what = operation
    ? `The OVSDB server refused to ${operation.op}${'table' in operation ? ` in ${operation.table}` : ''}`
    : 'The OVSDB server refused to commit';
  throw new OvsdbOperationError(what, {
    ...readError(answer[failed]),
    operation: operation ? failed : undefined,
  });
}

function asResult(value: unknown): OperationResult {
  if (isResult(value)) return value;
  throw new VifError('OVSDB_PROTOCOL', 'The OVSDB server sent a malformed result of an operation');
}

function isResult(value: unknown): value is OperationResult {
  if (!isObject(value)) return false;
  const { rows, count }: { rows?: unknown; count?: unknown } = value;
  const isList = rows === undefined || (Array.isArray(rows) && rows.every(isRow));
  return isList && (count === undefined || typeof count === 'number');
}
