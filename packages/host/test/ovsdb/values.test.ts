import { describe, expect, it } from 'vitest';
import * as values from '../../src/ovsdb/values.js';

const protocolError = expect.objectContaining({ code: 'OVSDB_PROTOCOL' });

describe('values', () => {
  it('writes the notation of RFC 7047', () => {
    expect(values.uuid('1-2')).toEqual(['uuid', '1-2']);
    expect(values.namedUuid('row')).toEqual(['named-uuid', 'row']);
    expect(values.set([1, values.uuid('a')])).toEqual(['set', [1, ['uuid', 'a']]]);
    expect(values.map({ a: '1', b: '2' })).toEqual([
      'map',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ]);
    expect(values.optional(0)).toBe(0);
    expect(values.optional(undefined)).toEqual(['set', []]);
  });

  it('reads sets of none, one and many', () => {
    expect(values.readSet(['set', []])).toEqual([]);
    expect(values.readSet(7)).toEqual([7]);
    expect(values.readSet(['uuid', 'a'])).toEqual([['uuid', 'a']]);
    expect(
      values.readUuids([
        'set',
        [
          ['uuid', 'a'],
          ['uuid', 'b'],
        ],
      ]),
    ).toEqual(['a', 'b']);
    expect(values.readOptionalInteger(['set', []])).toBeUndefined();
    expect(values.readOptionalInteger(-1)).toBe(-1);
    expect(values.readOptionalString('text')).toBe('text');
  });

  it('reads back any map of strings, whatever its keys', () => {
    const entries = { a: '1', '': '', ['__proto__']: 'x', constructor: 'y' };
    expect(Object.entries(values.readStrings(values.map(entries)))).toEqual(Object.entries(entries));
  });

  it.each([
    ['a map for a set', () => values.readSet(values.map({}))],
    ['a set for a map', () => values.readStrings(values.set([]))],
    ['a number for a string', () => values.readString(1)],
    ['a string for a uuid', () => values.readUuid('a')],
    ['a string for an integer', () => values.readOptionalInteger('1')],
    ['nothing for a map', () => values.readStrings(undefined)],
  ])('refuses %s', (_, read) => {
    expect(read).toThrow(protocolError);
  });
});
