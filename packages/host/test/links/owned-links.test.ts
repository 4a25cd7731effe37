import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../src/links/link-state.js';
import { ownedLinks } from '../../src/links/owned-links.js';

const id = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';
const found = (own: Partial<LinkState>, addresses: readonly string[] = []) => {
  const state = { name: 'l', type: 'bridge', up: true, mtu: 1500, address: '', promisc: false, ...own };
  const addressing = { addresses: addresses.map((address) => ({ address, family: 'inet' })), routes: [] };
  return ownedLinks(new Map([['l', state]]), new Map([['l', addressing as never]]));
};

describe('what is ours', () => {
  it.each(['bridge', 'veth', 'tap', 'vlan'] as const)('is a %s with the alias of a VIF', (type) => {
    const step = { kind: 'linkAbsent', name: 'l', type, own: false };
    expect(found({ type, alias: `vifkit:${id}` })).toEqual([{ vifId: id, step }]);
  });

  it.each([
    ['has no alias', {}],
    ['has another’s', { alias: `by vifkit:${id}` }],
    ['is of a type that only a vendor’s tool removes', { type: 'tun', alias: `vifkit:${id}` }],
  ])('is no link that %s', (_, own) => {
    expect(found(own)).toEqual([]);
  });

  it('is a note of a user, on whichever link', () => {
    const step = { kind: 'linkUserAbsent', name: 'l', user: id };
    expect(found({ type: 'vlan', users: [id] })).toEqual([{ vifId: id, step: { ...step, type: 'vlan' } }]);
    expect(found({ type: '', users: [id] })).toMatchObject([{ vifId: id, step }]);
  });

  it('is of no VIF in particular if it is shared, and not at all while it has an address', () => {
    const shared = { alias: 'vifkit:shared' };
    expect(found(shared)).toMatchObject([{ vifId: undefined, step: { kind: 'linkUserAbsent', name: 'l' } }]);
    expect(found(shared, ['192.0.2.1/24'])).toEqual([]);
  });
});
