import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderTables } from '../bench/report/tables.js';
import { codeBlock } from './code-block.js';

const committed = (name: string) =>
  readFileSync(new URL(`../bench/results/${name}`, import.meta.url), 'utf8');

// Nobody edits a figure by hand, and who changes the tables writes the documents anew.
it.each([
  ['docs/performance.md', () => codeBlock('docs/performance.md', '## Figures', 'text')],
  ['results.txt', () => committed('results.txt')],
])('%s has the figures that were measured', (_, read) => {
  expect(read().trim()).toBe(renderTables(JSON.parse(committed('results.json'))).trim());
});
