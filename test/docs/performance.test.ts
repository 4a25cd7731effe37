import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeBlock } from './code-block.js';

it('docs/performance.md has the figures of the run whose results are committed', () => {
  const results = readFileSync(new URL('../bench/results/results.txt', import.meta.url), 'utf8');
  expect(codeBlock('docs/performance.md', '## Figures', 'text').trim()).toBe(results.trim());
});
