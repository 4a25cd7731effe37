import { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { describe, expect, it } from 'vitest';
import type { HostState, LinkOnPath, VlansOnPath } from '../../src/connection/host-state.js';
import { forwarding, inBridge, judged, linkOf } from './states.js';

describe("a guest's link in a Linux bridge", () => {
  const mac = 'fa:16:3e:00:00:01';
  const leg: Leg = { kind: 'guestLink', name: 'tap1', madeBy: 'plug', mac };

  it('is broken if its queue has length 0, as is a macvtap', () => {
    const links = new Map([['tap1', linkOf({ name: 'tap1', dropsAll: true })]]);
    expect(judged(leg, { links }).state).toBe('broken');
    const above = linkOf({ name: 'macvtap0', type: 'macvtap', lower: 'eth0', address: mac, dropsAll: true });
    const both = new Map([above, linkOf({ name: 'eth0', type: '' })].map((link) => [link.name, link]));
    expect(judged({ kind: 'macvtap', name: 'eth0', mac }, { links: both }).state).toBe('broken');
  });

  it('waits as a macvtap that does not take all multicasts if the network has IPv6', () => {
    const state = (ipv6: boolean | undefined, allMulticasts: boolean) => {
      const own = { name: 'macvtap0', type: 'macvtap', lower: 'eth0', address: mac, allMulticasts };
      const ofIpv6 = ipv6 === undefined ? {} : { ipv6 };
      const links = new Map([['macvtap0', linkOf(own)]]);
      return judged({ kind: 'macvtap', name: 'eth0', mac, ...ofIpv6 }, { links }).state;
    };
    expect([state(true, false), state(true, true)]).toEqual(['waiting', 'sound']);
    expect([state(false, false), state(undefined, false)]).toEqual(['sound', 'sound']);
  });

  it("is broken with the guest's MAC address, which matters in no other place", () => {
    const links = (own: Partial<LinkOnPath>) => new Map([['tap1', linkOf({ name: 'tap1', ...own })]]);
    expect(judged(leg, { links: links({ ...inBridge, address: mac.toUpperCase() }) }).state).toBe('broken');
    expect(judged(leg, { links: links(inBridge) }).state).toBe('sound');
    expect(judged(leg, { links: links({ address: mac }) }).state).toBe('sound');
  });
});

it("a bridge with the guest's MAC address is broken", () => {
  const mac = 'fa:16:3e:00:00:01';
  const leg: Leg = { kind: 'bridge', name: 'br1', mac };
  const links = (address: string) => new Map([['br1', linkOf({ name: 'br1', type: 'bridge', address })]]);
  expect(judged(leg, { links: links(mac.toUpperCase()) }).state).toBe('broken');
  expect(judged(leg, { links: links('fa:16:3e:00:00:02') }).state).toBe('sound');
});

it('a bridge forwards what is larger than its own MTU', () => {
  const links = new Map([['br1', linkOf({ name: 'br1', type: 'bridge', mtu: 1300 })]]);
  expect(judged({ kind: 'bridge', name: 'br1', mtu: 1450 }, { links }).state).toBe('sound');
});

describe('a member of a Linux bridge', () => {
  const leg: Leg = { kind: 'bridgeMember', name: 'tap1', bridge: 'br1' };
  const isolated = { ...inBridge, port: { ...forwarding, isolated: true } };
  const port = (own: object) => ({ ...inBridge, port: { ...forwarding, ...own } });
  const tap = (name: string, own: Partial<LinkOnPath> = inBridge) => linkOf({ name, ...own });
  const card = (name: string, own: Partial<LinkOnPath> = inBridge) => linkOf({ name, type: '', ...own });

  /** Judges tap1, with these other members. */
  const stateOf = (
    own: Partial<LinkOnPath>,
    others: readonly LinkOnPath[],
    asked: Partial<Leg> = {},
    vlans: NonNullable<Exclude<HostState['bridges'], VifError>>['vlans'] = new Map(),
    more: {
      readonly hostless?: boolean;
      readonly forgets?: boolean;
      readonly snoops?: boolean;
      readonly entries?: string[];
    } = {},
  ) => {
    const guest = tap('tap1', own);
    const { hostless = false, forgets = false, snoops = false, entries: known = [] } = more;
    const bridge = linkOf({ name: 'br1', type: 'bridge', filtersVlans: vlans.size > 0, forgets, snoops });
    const links = new Map([guest, bridge, ...others].map((link) => [link.name, link]));
    const members = new Map([['br1', [guest, ...others]]]);
    const entries = new Map([['tap1', new Set(known)]]);
    const all: Leg = Object.assign({}, leg, asked);
    return judged(all, {
      links,
      bridges: { members, vlans, hostless: new Set(hostless ? ['br1'] : []), entries },
    }).state;
  };

  it('is broken if it is isolated from all others, unless the request isolates it', () => {
    const all = [card('eth0', isolated), tap('tap2', isolated)];
    expect(stateOf(isolated, all, {}, new Map(), { hostless: true })).toBe('broken');
    expect(stateOf(isolated, [card('eth0', isolated), tap('tap2')])).toBe('broken'); // a guest is no way out
    expect(stateOf(isolated, [card('eth0'), tap('tap2', isolated)])).toBe('sound');
    expect(stateOf(isolated, [card('eth0', isolated)], { isolated: true })).toBe('sound');
    expect(stateOf(isolated, [card('eth0')], { partner: 'eth0' })).toBe('sound');
    expect(stateOf(isolated, [card('eth0', isolated), tap('tap2')], { partner: 'eth0' })).toBe('broken');
    expect(stateOf(isolated, [])).toBe('sound'); // it reaches the bridge itself
    expect(stateOf(isolated, [tap('tap2', isolated)])).toBe('sound'); // so it does here
  });

  const mac = 'fa:16:3e:00:00:01';
  it.each([
    [
      'is sound where the bridge learns its address instead of flooding to it',
      { floods: false },
      {},
      'sound',
    ],
    ['is broken where the bridge forgets it', { floods: false }, { forgets: true }, 'broken'],
    ['is broken where the bridge does not learn it', { floods: false, learns: false }, {}, 'broken'],
    ['is sound where the bridge has it', { floods: false, learns: false }, { entries: [mac] }, 'sound'],
    ['is broken without broadcasts', { broadcasts: false }, { entries: [mac] }, 'broken'],
    ['is broken if it is locked', { locked: true }, {}, 'broken'],
    ['is sound if it is locked to its address', { locked: true }, { entries: [mac] }, 'sound'],
    ['is broken if it is locked to another', { locked: true }, { entries: ['fa:16:3e:00:00:02'] }, 'broken'],
  ])('%s', (_, own, more, state) => {
    const asked = { mac: mac.toUpperCase() };
    expect(stateOf(port(own), [card('eth0')], asked, new Map(), more)).toBe(state);
  });

  it('needs multicasts if the network has IPv6', () => {
    const deaf = port({ multicasts: false });
    for (const [own, other] of [
      [deaf, card('eth0')],
      [inBridge, card('eth0', deaf)],
    ] as const) {
      expect(stateOf(own, [other], { ipv6: true })).toBe('broken');
      expect(stateOf(own, [other], { ipv6: false })).toBe('sound');
      expect(stateOf(own, [other])).toBe('waiting');
      expect(stateOf(own, [other], { ipv6: true }, new Map(), { snoops: true })).toBe('waiting');
    }
    expect(stateOf(inBridge, [card('eth0', deaf), card('eth1')], { ipv6: true })).toBe('sound');
  });

  it("is broken if another member has the guest's MAC address", () => {
    const mac = 'fa:16:3e:00:00:01';
    const eth0 = card('eth0', { ...inBridge, address: mac });
    expect(stateOf(inBridge, [eth0], { mac })).toBe('broken');
    expect(stateOf(inBridge, [eth0], { mac, partner: 'eth0' })).toBe('broken');
    expect(stateOf(inBridge, [card('eth0')], { mac })).toBe('sound');
  });

  const down = { ...inBridge, up: false, port: { ...forwarding, state: 'disabled' } };
  it.each([
    ['a card that forwards', [card('eth0')], 'sound'],
    ['one of two', [card('eth0', down), card('eth1')], 'sound'],
    ['none: its card is down', [card('eth0', down)], 'broken'],
    ['none: its card is locked', [card('eth0', port({ locked: true }))], 'broken'],
    ['none: its card gets no broadcasts', [card('eth0', port({ broadcasts: false }))], 'broken'],
    ['none: its card is not flooded to', [card('eth0', port({ floods: false, learns: false }))], 'broken'],
    ['a card whose addresses are learned', [card('eth0', port({ floods: false }))], 'sound'],
    [
      'a VXLAN whose addresses a controller may know',
      [card('vx0', { ...port({ floods: false, learns: false }), type: 'vxlan' })],
      'waiting',
    ],
    [
      'a macvlan for its own address',
      [card('mv0', { ...inBridge, type: 'macvlan', mode: 'bridge' })],
      'broken',
    ],
    ['a macvlan for all', [card('mv0', { ...inBridge, type: 'macvlan', mode: 'passthru' })], 'sound'],
    ['none, but other guests', [card('eth0', down), tap('tap2')], 'broken'],
    [
      'none: the pair may be of a container that is starting',
      [card('veth0', { ...down, type: 'veth' })],
      'waiting',
    ],
    ['nothing but guests', [tap('tap2')], 'sound'],
    ['nothing but guests that are down', [tap('tap2', down)], 'sound'],
    ['nothing', [], 'sound'],
  ])('that has as a way out %s', (_, others, state) => {
    expect(stateOf(inBridge, others)).toBe(state);
  });

  it("is broken if no way out supports the network's MTU", () => {
    const [small, large] = [
      card('eth0', { ...inBridge, mtu: 1500 }),
      card('eth1', { ...inBridge, mtu: 9000 }),
    ];
    expect(stateOf(inBridge, [small], { mtu: 9000 })).toBe('broken');
    expect(stateOf(inBridge, [small, large], { mtu: 9000 })).toBe('sound');
    expect(stateOf(inBridge, [small], { mtu: 1500 })).toBe('sound');
    expect(stateOf(inBridge, [small])).toBe('sound');
  });

  it('waits where nobody can be reached yet', () => {
    const links = new Map([['tap1', tap('tap1')]]);
    const bridges = {
      members: new Map([['br1', [tap('tap1')]]]),
      vlans: new Map(),
      hostless: new Set(['br1']),
      entries: new Map(),
    };
    expect(judged(leg, { links, bridges }).state).toBe('waiting');
  });

  const untagged = (vlan: number) => ({ native: vlan, tagged: [], untagged: [vlan] });
  const trunk = (...tagged: number[]) => ({ native: null, tagged, untagged: [] });
  it.each([
    ['is in no VLAN', trunk(), untagged(1), 'broken'],
    ['shares one', untagged(5), trunk(5, 6), 'sound'],
    ['shares none', untagged(7), untagged(1), 'broken'],
    ['shares a tagged one only', trunk(6), trunk(5, 6), 'waiting'],
    ['gets frames of its VLAN tagged', { native: 5, tagged: [], untagged: [] }, trunk(5), 'broken'],
  ])('%s where the bridge filters VLANs', (_, own, other, state) => {
    const vlans = new Map([
      ['tap1', own],
      ['eth0', other],
    ]);
    expect(stateOf(inBridge, [card('eth0')], {}, vlans)).toBe(state);
    expect(stateOf(inBridge, [card('eth0')], { partner: 'eth0' }, vlans)).toBe(state);
  });

  it('has no untagged frames where the bridge filters VLANs', () => {
    const vlans = new Map([
      ['tap1', trunk(6)],
      ['eth0', trunk(5, 6)],
    ]);
    expect(stateOf(inBridge, [card('eth0')], { tagged: true }, vlans)).toBe('sound');
    // Such as the veth of a hybrid bridge: it carries no tags.
    expect(stateOf({ ...inBridge, type: 'veth' }, [card('eth0')], { partner: 'eth0' }, vlans)).toBe('broken');
    expect(stateOf({ ...inBridge, type: '' }, [card('eth0')], {}, vlans)).toBe('sound');
  });

  it('waits where the ways out are in its tagged VLAN only, or other guests alone in its own', () => {
    const others = [tap('tap2'), card('eth0')];
    const of = (own: VlansOnPath, guest: VlansOnPath) =>
      new Map<string, VlansOnPath>([
        ['tap1', own],
        ['tap2', guest],
        ['eth0', trunk(7)],
      ]);
    expect(stateOf(inBridge, others, {}, of(untagged(5), untagged(5)))).toBe('waiting');
    expect(stateOf(inBridge, others, {}, of(untagged(5), untagged(6)))).toBe('broken');
    expect(stateOf(inBridge, others, {}, of({ ...untagged(5), tagged: [7] }, untagged(6)))).toBe('waiting');
    expect(stateOf(inBridge, [tap('tap2')], {}, of(untagged(5), untagged(5)))).toBe('sound');
  });

  it('waits where only the host is in its VLAN', () => {
    const vlans = new Map<string, VlansOnPath>([
      ['tap1', untagged(1)],
      ['br1', untagged(1)],
      ['eth0', trunk(5)],
    ]);
    expect(stateOf(inBridge, [card('eth0')], {}, vlans)).toBe('waiting');
  });
});
