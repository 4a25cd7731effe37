import { expect, it } from 'vitest';
import { printable } from '../../src/output/printable.js';

it('escapes what could steer a terminal', () => {
  expect(printable('a\u001b[2Jb\nc\rd\u0007e\u007ff\u009bg\u202eh')).toBe(
    'a\\u001b[2Jb\\u000ac\\u000dd\\u0007e\\u007ff\\u009bg\\u202eh',
  );
});

it('leaves all other text alone', () => {
  expect(printable('größe → 名前 🐟 "\\"')).toBe('größe → 名前 🐟 "\\"');
});
