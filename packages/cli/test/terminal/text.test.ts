import { expect, it } from 'vitest';
import { printable, tree } from '../../src/terminal/text.js';

it('escapes what could steer a terminal', () => {
  expect(printable('a\u001b[2Jb\nc\rd\u0007e\u007ff\u009bg\u202eh')).toBe(
    'a\\u001b[2Jb\\u000ac\\u000dd\\u0007e\\u007ff\\u009bg\\u202eh',
  );
});

it('leaves all other text alone', () => {
  expect(printable('größe → 名前 🐟 "\\"')).toBe('größe → 名前 🐟 "\\"');
});

it('draws branches with their details', () => {
  expect(
    tree('vif', [{ line: 'one', details: ['a', 'b'] }, { line: 'two' }, { line: 'three', details: ['c'] }]),
  ).toBe(
    `vif
├─ one
│    a
│    b
├─ two
└─ three
     c
`,
  );
});

it('is a line alone without branches', () => {
  expect(tree('vif', [])).toBe('vif\n');
});
