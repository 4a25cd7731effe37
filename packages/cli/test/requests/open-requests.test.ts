import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openRequests, piecesOf } from '../../src/requests/open-requests.js';
import type { Input } from '../../src/requests/request.js';

const shown = (input: Input) => ('request' in input ? input.request : input.error.message);

/** What is read of a text that comes in pieces of so many characters. */
async function read(text: string, size = text.length || 1): Promise<unknown[]> {
  async function* pieces() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const found: unknown[] = [];
  for await (const { inputs } of piecesOf(pieces())) found.push(...[...inputs].map(shown));
  return found;
}

describe('YAML', () => {
  it.each([
    ['a document', 'id: a\n', [{ id: 'a' }]],
    ['documents', '---\nid: a\n---\nid: b\n', [{ id: 'a' }, { id: 'b' }]],
    ['a list', '- id: a\n- {id: b}\n', [{ id: 'a' }, { id: 'b' }]],
    ['keys in quotes', '"id": "a"\n"x": {"y": [1]}', [{ id: 'a', x: { y: [1] } }]],
    ['comments', '# nothing\n\n  # here\nid: a # b\n', [{ id: 'a' }]],
    ['comments alone', '# nothing\n', []],
    [
      'MAC addresses and numbers as JSON has them',
      'a: 12:34:56:00:11:22\nb: yes\nc: 010\n',
      [{ a: '12:34:56:00:11:22', b: 'yes', c: 10 }],
    ],
    ['aliases', 'a: &x {y: 1}\nb: *x\n', [{ a: { y: 1 }, b: { y: 1 } }]],
  ])('of %s is read, however it is cut', async (_, text, expected) => {
    for (const size of [1, 3, 1000]) expect(await read(text, size)).toEqual(expected);
  });

  it.each([
    ['a document that is no object', 'a\n---\n1\n', /^Line 1 is not a JSON object/],
    ['a list of what is none', '- 1\n', /^Element 1 of document 1 is not a JSON object, but a number/],
    [
      'a key twice',
      'id: a\nid: b\n',
      /Document 1 of the YAML cannot be read: Map keys must be unique at line 2/,
    ],
    [
      'a value without an end',
      'a: &x\n  b: *x\n',
      /^Document 1 of the YAML is not a JSON object|cannot be read/,
    ],
    [
      'aliases that come to too much',
      `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${[...Array(9).keys()].map((n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]\n`).join('')}`,
      /^The YAML cannot be read: Excessive alias count/,
    ],
    ['what nests too deep', `a: ${'['.repeat(100)}${']'.repeat(100)}\n`, /nests more than 64 deep/],
    [
      'more than is taken',
      `a: 1\n${'# x\n'.repeat(2 * 1024 * 1024)}`,
      /The YAML has more than 4194304 characters; give it in parts/,
    ],
  ])('with %s is refused', async (_, text, message) => {
    expect((await read(text))[0]).toMatch(message);
  });

  it('is no more than JSON is taken for', async () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify({ id: value }));
    await fc.assert(
      fc.asyncProperty(json, fc.integer({ min: 1, max: 50 }), async (line, size) => {
        expect(await read(`${line}\n${line}\n`, size)).toEqual([JSON.parse(line), JSON.parse(line)]);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('and noise never throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'ab:-# \n\t[]{}&*!|>\'",%@`?01') }),
        async (text) => {
          expect(await read(`a:\n${text}`)).toBeInstanceOf(Array);
          expect(await read(`---\n${text}`)).toBeInstanceOf(Array);
        },
      ),
      { numRuns: 2000, seed: 5 },
    );
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vif-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const all = async (...files: string[]) => {
    const noInput = () => {
      throw new Error('standard input is not to be read');
    };
    const found: unknown[] = [];
    for await (const { inputs } of openRequests(files, noInput, (input) => [input])) {
      found.push(...[...inputs].map(shown));
    }
    return found;
  };

  it('are read one after the other, each in its own way, and errors name them', async () => {
    const [a, b] = [file('a.json', '{"id":"a"}\noops\n'), file('b.yaml', 'id: b\n')];
    expect(await all(a, b)).toEqual([
      { id: 'a' },
      expect.stringMatching(/a\.json: Line 2 is not a JSON object/),
      { id: 'b' },
    ]);
  });

  it('may be UTF-16, of both kinds', async () => {
    const little = Buffer.from('\ufeff{"id":"ä"}', 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(await all(file('le.json', little), file('be.json', big))).toEqual([{ id: 'ä' }, { id: 'ä' }]);
  });
});
