import { expect, it } from 'vitest';
import { renderChanges } from '../../../src/commands/results.js';
import { handled } from '../../support/handled.js';
import { missing } from '../../support/planned.js';

it('shows what was made, changed, run and removed', () => {
  const removed = { attribute: 'exists', expected: false, actual: true };
  const changes = [
    { kind: 'link', name: 'qbr1', differences: [missing] },
    { kind: 'link', name: 'qvb1', differences: [{ attribute: 'mtu', expected: 1450, actual: 1500 }] },
    {
      kind: 'command',
      name: 'mm-ctl',
      differences: [{ attribute: 'run', expected: 'mm-ctl --bind 1', actual: null }],
    },
    { kind: 'ovsPortAbsent', name: 'qvo1', differences: [removed] },
  ] as const;
  expect(renderChanges({ ...handled, changes, stepCount: 5 })).toBe(`${handled.id}  os-vif, ovs
├─ + link qbr1
├─ ~ link qvb1
│    mtu: 1500 → 1450
├─ ▸ command mm-ctl --bind 1
└─ - OVS port qvo1
`);
});

it('says so when nothing was written', () => {
  expect(renderChanges({ ...handled, changes: [], stepCount: 5 })).toBe(
    `${handled.id}  os-vif, ovs\n└─ ✓ nothing to change\n`,
  );
});

it('says what was left, and whose it is', () => {
  const vifId = 'c1e5cbd2-16b4-4d1e-8a5c-2b1f6a0d9e33';
  const left = [
    { kind: 'ovsPortAbsent', name: 'qvo1', vifId },
    { kind: 'linkAbsent', name: 'tap1', vifId: null },
  ] as const;
  expect(renderChanges({ ...handled, changes: [], left, stepCount: 5 })).toBe(`${handled.id}  os-vif, ovs
├─ ✓ nothing to change
├─ ! OVS port qvo1 was left: it belongs to VIF ${vifId}
└─ ! link tap1 was left: it has no mark of this VIF
`);
});

it('notes what one should know of a change', () => {
  const note = 'a new bridge br-int is connected to nothing yet';
  const changes = [{ kind: 'ovsBridge', name: 'br-int', differences: [missing], note }] as const;
  expect(renderChanges({ ...handled, changes, stepCount: 1 })).toBe(`${handled.id}  os-vif, ovs
└─ + OVS bridge br-int
     note: ${note}
`);
});
