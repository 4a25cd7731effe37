import { expect, it } from 'vitest';
import { renderCheck } from '../../../src/commands/results.js';
import { handled } from '../../support/handled.js';
import { missing } from '../../support/planned.js';

it('shows what is missing, what is too many, and what is otherwise', () => {
  const differences = [
    { kind: 'link', name: 'qbr1', differences: [missing] },
    { kind: 'link', name: 'qvb1', differences: [{ attribute: 'mtu', expected: 1450, actual: 1500 }] },
    {
      kind: 'linkAbsent',
      name: 'old',
      differences: [{ attribute: 'exists', expected: false, actual: true }],
    },
  ] as const;
  expect(renderCheck({ ...handled, differences })).toBe(`${handled.id}  os-vif, ovs
├─ ✗ link qbr1  missing
├─ ✗ link qvb1
│    mtu: 1500, should be 1450
└─ ✗ link old  should not be there
`);
});

it('says so when nothing differs', () => {
  expect(renderCheck({ ...handled, differences: [] })).toBe(`${handled.id}  os-vif, ovs\n└─ ✓ as plugged\n`);
});
