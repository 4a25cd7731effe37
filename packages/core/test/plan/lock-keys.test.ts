import { describe, expect, it } from 'vitest';
import { exclusiveKeys, lockKeys } from '../../src/plan/lock-keys.js';
import type { Plan } from '../../src/plan/steps.js';

it('locks the VIF, its own links, and those that it shares with others', () => {
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
  const names = ['name:tap0', 'name:tap1'];
  expect(new Set(keys)).toEqual(
    new Set(['vif:9b2d1e63', ...names, 'link:vlan5', 'link:br0', 'filters', 'link:vlan6']),
  );
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

it('locks the bridge of a trunk, which goes with its last port, but no bridge that stays', () => {
  const bridge = { kind: 'ovsBridge', name: 'tbr-1', datapathType: 'system' } as const;
  expect(lockKeys('9b2d1e63', [{ ...bridge, own: true }])).toEqual(['vif:9b2d1e63', 'bridge:tbr-1']);
  const absent = { kind: 'ovsBridgeAbsent', name: 'tbr-1', own: true } as const;
  expect(lockKeys('9b2d1e63', [absent])).toEqual(['vif:9b2d1e63', 'bridge:tbr-1']);
  expect(lockKeys('9b2d1e63', [bridge])).toEqual(['vif:9b2d1e63']);
  const own = { name: 'pb9b2d1e63-70', exclusive: true };
  const keys = lockKeys('9b2d1e63', [
    { ...bridge, ...own, own: true },
    { ...absent, ...own },
  ]);
  expect(keys).toEqual(['vif:9b2d1e63', 'name:pb9b2d1e63-70']);
});

describe('two VIFs whose names of links are the same', () => {
  const [one, other] = ['aaaaaaaa-3ed7-4f70-9a92-6c1c1f1f0d01', 'aaaaaaaa-3ec8-4d0b-8f5e-2f6b1b0c7a02'];
  const veth: Plan = [
    { kind: 'link', name: 'qvbaaaaaaaa-3e', create: { type: 'veth', peer: 'qvoaaaaaaaa-3e' } },
    { kind: 'ovsPort', bridge: 'br-int', name: 'qvoaaaaaaaa-3e', externalIds: {}, wired: true },
  ];

  it('have a lock in common, which costs no other', () => {
    expect(lockKeys(one, veth)).toEqual(['vif:aaaaaaaa-3e']);
    expect(lockKeys(other, veth)).toEqual(['vif:aaaaaaaa-3e']);
    const third = '0b1c2d3e-0c5a-4c3f-9d0e-7e1f2a3b4c03';
    expect(lockKeys(third, veth)).toEqual(['vif:0b1c2d3e-0c', 'vif:aaaaaaaa-3e']);
  });

  it('are the same VIF in either case', () => {
    expect(lockKeys(one.toUpperCase(), [])).toEqual(lockKeys(one, []));
    expect(exclusiveKeys(one.toUpperCase(), [])).toEqual(exclusiveKeys(one, []));
  });

  it('are not at work together in a call, as others are', () => {
    const common = new Set(exclusiveKeys(one, veth));
    expect(exclusiveKeys(other, veth).filter((key) => common.has(key))).toEqual([
      'name:qvbaaaaaaaa-3e',
      'name:qvoaaaaaaaa-3e',
    ]);
    expect(exclusiveKeys(other, []).filter((key) => common.has(key))).toEqual([]);
  });
});
