import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDocument } from './code-block.js';

const document = readDocument('docs/security.md');

/** The names that stand for tests, and their files. */
const tests = new Map(
  [...document.matchAll(/^\[(\w+)\]: \.\.\/(\S+)$/gm)].map(([, name = '', path = '']) => [name, path]),
);

/** Paragraphs and points of lists, without code. */
const passages = document
  .replace(/^```.*?^```$/gms, '')
  .replace(/^\[\w+\]: .*$/gm, '')
  .split(/\n\n|\n(?=- )/);

const namesIn = (text: string) => [...text.matchAll(/\[(\w+)\](?![(:])/g)].map(([, name = '']) => name);

describe('what the document on security says', () => {
  it('of what anybody can or cannot do has the name of a test behind it', () => {
    const claims = passages.filter((passage) => /\*\*(can|cannot)\*\*/.test(passage));
    expect(claims.length).toBeGreaterThan(15);
    expect(claims.filter((claim) => namesIn(claim).length === 0)).toEqual([]);
  });

  it('names tests that there are', () => {
    expect([...new Set(namesIn(document))].filter((name) => !tests.has(name))).toEqual([]);
    expect(
      [...tests.values()].filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url))),
    ).toEqual([]);
    for (const path of tests.values()) expect(path).toMatch(/\.test\.ts$/);
  });

  it('uses all of their names', () => {
    const used = namesIn(document);
    expect([...tests.keys()].filter((name) => !used.includes(name))).toEqual([]);
  });
});
