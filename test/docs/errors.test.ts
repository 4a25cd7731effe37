import { readFileSync } from 'node:fs';
import { errorCodes } from '@vifkit/core';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

it('docs/errors.md lists every error code with its meaning and a remedy, and no other', () => {
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (.+) \| (.+) \|$/gm)].map(
    ([, code, meaning, remedy]) => {
      expect(remedy?.length, code).toBeGreaterThan(10);
      return [code, meaning?.trim()];
    },
  );
  expect(rows).toEqual(Object.entries(errorCodes));
});
