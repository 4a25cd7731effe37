import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byColumn, byExternalId } from '../../../src/openvswitch/rows/queries.js';
import { RowTable } from '../../../src/openvswitch/rows/replica.js';
import { map, type Row } from '../../../src/ovsdb/values.js';

const byName = byColumn('name');
const byOwner = byExternalId('owner');
const row = (name: string, owner?: string): Row => ({ name, external_ids: map(owner ? { owner } : {}) });

describe('RowTable', () => {
  it('has the latest row of each id, and none that was removed', () => {
    const table = new RowTable();
    table.put('1', row('a'));
    table.put('2', row('b'));
    table.put('1', row('c'));
    table.put('2', undefined);
    table.put('3', undefined);
    expect(table.all()).toEqual([row('c')]);
  });

  it('finds rows by a value that several have, and others do not have at all', () => {
    const table = new RowTable();
    for (const [id, each] of [row('a', 'x'), row('b', 'x'), row('c')].entries()) table.put(`${id}`, each);
    expect(table.find(byOwner, 'x')).toEqual([row('a', 'x'), row('b', 'x')]);
    expect(table.find(byOwner, 'y')).toEqual([]);
  });

  it('finds what a search of all rows would, whatever changes between', () => {
    const [ids, names, owners] = ['123', 'ab', 'xy'].map((text) => fc.constantFrom(...text));
    const some = fc.option(fc.tuple(names ?? fc.string(), fc.option(owners ?? fc.string())));
    fc.assert(
      fc.property(fc.array(fc.tuple(ids ?? fc.string(), some), { maxLength: 30 }), (changes) => {
        const table = new RowTable();
        for (const [id, change] of changes) {
          table.put(id, change ? row(change[0], change[1] ?? undefined) : undefined);
          for (const [key, value] of [[byName, 'a'] as const, [byOwner, 'x'] as const]) {
            const expected = table.all().filter((each) => key.of(each) === value);
            expect(new Set(table.find(key, value))).toEqual(new Set(expected));
          }
        }
      }),
    );
  });

  it('refuses to look through rows that lack the key', () => {
    const table = new RowTable();
    table.put('1', {});
    expect(() => table.find(byName, 'a')).toThrow(expect.objectContaining({ code: 'OVSDB_PROTOCOL' }));
  });
});
