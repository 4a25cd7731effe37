import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSplitter } from '../../src/ovsdb/json-splitter.js';

/** Everything that comes of a text fed in chunks of these sizes, the last for all the rest. */
function split(text: string | Buffer, sizes: readonly number[] = [], limit = 1 << 20): object[] {
  const splitter = new JsonSplitter(limit);
  const bytes = Buffer.from(text);
  const messages: object[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    messages.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return messages;
}

const protocolError = expect.objectContaining({ code: 'OVSDB_PROTOCOL' });

describe('JsonSplitter', () => {
  it('separates objects that touch, and ignores white space between', () => {
    expect(split('{"a":1}{"b":[2,{"c":3}]} \r\n\t{}')).toEqual([{ a: 1 }, { b: [2, { c: 3 }] }, {}]);
  });

  it('is not misled by braces, quotes and backslashes in strings', () => {
    const tricky = { '}{': '"}]\\', b: '\\"', c: ['{[', '\\\\'] };
    expect(split(JSON.stringify(tricky).repeat(2))).toEqual([tricky, tricky]);
  });

  it('joins a character that was cut in two', () => {
    const message = { name: 'ü€𝄞' };
    const bytes = Buffer.from(JSON.stringify(message));
    for (let cut = 0; cut <= bytes.length; cut++) expect(split(bytes, [cut])).toEqual([message]);
  });

  it('finds the same objects wherever the chunks end', () => {
    const messages = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 4 });
    const sizes = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 60 });
    fc.assert(
      fc.property(messages, sizes, (objects, chunks) => {
        const text = objects.map((object) => JSON.stringify(object)).join('');
        expect(
          split(text, chunks)
            .map((object) => JSON.stringify(object))
            .join(''),
        ).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  it('takes an object of exactly the limit, and refuses one that is larger, complete or not', () => {
    expect(split('{"a":"xy"}', [], 10)).toEqual([{ a: 'xy' }]);
    expect(() => split('{"a":"xyz"}', [], 10)).toThrow(protocolError);
    expect(() => split('{"a":"xyz', [3, 3], 8)).toThrow(protocolError);
  });

  it('counts the limit for each object anew', () => {
    expect(split('{"a":"xy"}'.repeat(5), [7, 7, 7], 10)).toHaveLength(5);
  });

  it.each([
    ['text', 'HTTP/1.1 400 Bad Request'],
    ['a value that is no object', '[1]'],
    ['mismatched brackets', '{"a":[1}}'],
    ['a lone closing brace', '}'],
    ['an object that is no JSON', '{a:1}'],
    ['text behind an object', '{}x'],
  ])('refuses %s', (_, text) => {
    expect(() => split(text)).toThrow(protocolError);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => split(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toThrow(protocolError);
  });

  it('gives the objects ahead of garbage first', () => {
    const objects = new JsonSplitter(100).push(Buffer.from('{"a":1}garbage'));
    expect(objects.next().value).toEqual({ a: 1 });
    expect(() => objects.next()).toThrow(protocolError);
  });
});
