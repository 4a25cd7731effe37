import { expect, it } from 'vitest';
import { tree } from '../../src/output/tree.js';

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
