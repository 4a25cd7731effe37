import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/ovsdb/operations.js';
import { readResults } from '../../src/ovsdb/results.js';

const operations: Operation[] = [
  { op: 'comment', comment: 'one' },
  { op: 'delete', table: 'Port', where: [] },
];

describe('readResults', () => {
  it('returns one result for each operation', () => {
    expect(readResults(operations, [{}, { count: 2 }])).toEqual([{}, { count: 2 }]);
  });

  it('names the operation that failed', () => {
    const read = () => readResults(operations, [{}, { error: 'not supported', details: 'never' }]);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'OVSDB_ERROR',
        error: 'not supported',
        details: 'never',
        operation: 1,
        message: 'The OVSDB server refused to delete in Port: not supported (never)',
      }),
    );
  });

  it('finds the error ahead of operations that were not tried', () => {
    const read = () => readResults(operations, [{ error: 'aborted' }, null]);
    expect(read).toThrow(expect.objectContaining({ error: 'aborted', details: undefined, operation: 0 }));
  });

  it('finds the error of the commit behind the results', () => {
    const read = () => readResults(operations, [{}, {}, { error: 'constraint violation' }]);
    expect(read).toThrow(expect.objectContaining({ error: 'constraint violation', operation: undefined }));
  });

  it('keeps an error string that no one has heard of', () => {
    const read = () => readResults(operations, [{ error: 'out of cheese' }, null]);
    expect(read).toThrow(expect.objectContaining({ code: 'OVSDB_ERROR', error: 'out of cheese' }));
  });

  it.each([[[{}]], [{}], [null], ['x']])('refuses %j as an answer', (answer) => {
    expect(() => readResults(operations, answer)).toThrow(
      expect.objectContaining({ code: 'OVSDB_PROTOCOL' }),
    );
  });
});
