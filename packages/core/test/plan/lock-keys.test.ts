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
    { kind: 'guestFilter', name: 'tap0', mac: 'fa:16:3e:10:00:02', addresses: [] },
    { kind: 'guestFilterAbsent', name: 'tap1' },
    { kind: 'linkUser', name: 'vlan5', user: '9b2d1e63' },
    { kind: 'linkUserAbsent', name: 'vlan6', user: '9b2d1e63', type: 'vlan' },
  ]);
  expect(keys).toEqual(['vif:9b2d1e63', 'link:vlan5', 'link:br0', 'filters', 'link:vlan6']);
});

it('locks the VIF even for a plan of nothing', () =>
  expect(lockKeys('9b2d1e63', [])).toEqual(['vif:9b2d1e63']));

it('locks virtual functions, by whatever plan', () => {
  const keys = lockKeys('9b2d1e63', [
    { kind: 'vf', address: '0000:0A:10.1', vlan: 5 },
    { kind: 'vf', address: '0000:0a:10.1', trust: true },
  ]);
  expect(keys).toEqual(['vif:9b2d1e63', 'vf:0000:0a:10.1']);
});
