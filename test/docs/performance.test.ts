import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderTables } from '../bench/report/tables.js';
import { codeBlock } from './code-block.js';

const committed = (name: string) =>
  readFileSync(new URL(`../bench/results/${name}`, import.meta.url), 'utf8');

const quoted = (heading: string) => codeBlock('docs/performance.md', heading, 'text');

// Nobody edits a figure by hand, and who changes the tables writes the documents anew.
it.each([
  ['docs/performance.md', () => quoted('## Figures'), 'results.json'],
  ['results.txt', () => committed('results.txt'), 'results.json'],
  ['docs/performance.md, of a whole host,', () => quoted('## A whole host'), 'host/results.json'],
  ['host/results.txt', () => committed('host/results.txt'), 'host/results.json'],
])('%s has the figures that were measured', (_, read, results) => {
  expect(read().trim()).toBe(renderTables(JSON.parse(committed(results))).trim());
});
