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

it('reports once what is missing or awaited, whatever number of legs it has', () => {
  const differences = [
    { kind: 'link', name: 'qbr1', differences: [missing] },
    { kind: 'ovsPort', name: 'tap1', differences: [missing] },
  ] as const;
  const awaited = 'the hypervisor makes it when the guest starts';
  const legs = [
    { leg: 'guestLink', name: 'tap0', state: 'waiting', why: awaited },
    { leg: 'bridgeMember', name: 'tap0', state: 'waiting', why: awaited },
    { leg: 'bridge', name: 'qbr1', state: 'broken', why: 'it is missing' },
    { leg: 'guestLink', name: 'tap1', state: 'broken', why: 'it is down' },
    { leg: 'ovsPort', name: 'tap1', state: 'broken', why: 'it is missing from br-int' },
  ] as const;
  const connection = { state: 'broken', legs } as const;
  expect(renderCheck({ ...handled, differences, connection })).toBe(`${handled.id}  os-vif, ovs
├─ ✗ link qbr1  missing
├─ ✗ OVS port tap1  missing
├─ … guest's link tap0: ${awaited}
└─ ✗ guest's link tap1: it is down
`);
});
