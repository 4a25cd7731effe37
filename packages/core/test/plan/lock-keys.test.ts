import { expect, it } from 'vitest';
import { lockKeys } from '../../src/plan/lock-keys.js';

it('locks the VIF, and the links that it shares with others', () => {
  const keys = lockKeys('9b2d1e63', [
    { kind: 'link', name: 'tap0', create: { type: 'tap' } },
    { kind: 'link', name: 'vlan5', create: { type: 'vlan', link: 'eth0', id: 5 }, shared: true },
    { kind: 'link', name: 'br0', create: { type: 'bridge' }, shared: true },
    { kind: 'link', name: 'br1', shared: false },
    { kind: 'ovsBridge', name: 'br-int', datapathType: 'system' },
    { kind: 'command', argv: ['acmectl'] },
  ]);
  expect(keys).toEqual(['vif:9b2d1e63', 'link:vlan5', 'link:br0']);
});

it('locks the VIF even for a plan of nothing', () =>
  expect(lockKeys('9b2d1e63', [])).toEqual(['vif:9b2d1e63']));
