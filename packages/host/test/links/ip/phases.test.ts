import { expect, it } from 'vitest';
import { phasesOf } from '../../../src/links/ip/phases.js';
import type { LinkOperation } from '../../../src/links/link-table.js';

const operations: LinkOperation[] = [
  { op: 'set', name: 'eth0', attributes: {} },
  { op: 'add', name: 'br0', create: { type: 'bridge' } },
  { op: 'set', name: 'br0', attributes: {} },
  { op: 'delete', name: 'a' },
  { op: 'delete', name: 'b' },
  { op: 'add', name: 'a', create: { type: 'bridge' } },
];

it('has links made before any is set, and keeps what stands behind a deletion behind it', () => {
  const phases = phasesOf(operations).map((phase) => phase.map(({ index }) => index));
  expect(phases).toEqual([[1], [0, 2], [3, 4], [5]]);
});

it('has no phases for nothing', () => {
  expect(phasesOf([])).toEqual([]);
});
