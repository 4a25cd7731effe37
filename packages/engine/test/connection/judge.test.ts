import { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { describe, expect, it } from 'vitest';
import type {
  HostState,
  LinkOnPath,
  OpenVSwitchOnPath,
  OvnBinding,
  OvsPortOnPath,
  VlansOnPath,
} from '../../src/connection/host-state.js';
import { judge } from '../../src/connection/judge.js';

const bare: HostState = { links: new Map(), functions: new Map(), sockets: new Map() };

function openVSwitch(bridge: object = {}, rest: Partial<OpenVSwitchOnPath> = {}): OpenVSwitchOnPath {
  const bridges = new Map([['br-int', { datapathType: 'netdev', ...bridge }]]);
  return { bridges, ports: new Map(), byInterfaceId: new Map(), ...rest };
}
const forwarding = {
  ...{ state: 'forwarding', isolated: false, locked: false },
  ...{ broadcasts: true, floods: true, learns: true },
};
const inBridge = { master: 'br1', port: forwarding };

function linkOf(own: Partial<LinkOnPath> & Pick<LinkOnPath, 'name'>): LinkOnPath {
  return { type: 'tap', up: true, carrier: true, mtu: 1500, address: 'fe:16:3e:00:00:01', ...own };
}
const judged = (leg: Leg, state: Partial<HostState>) => judge([leg], { ...bare, ...state });

describe('a pair into Open vSwitch', () => {
  const leg: Leg = { kind: 'checksum', name: 'qvb1', bridge: 'br-int' };
  const on = new Map([['qvb1', true]]);
  const off = new Map([['qvb1', false]]);
  const missing = new VifError('COMMAND_NOT_FOUND', "There is no program 'ethtool'");

  it.each([
    ['offloads checksums', openVSwitch(), on, 'broken'],
    ['fills them in', openVSwitch(), off, 'sound'],
    ['cannot be looked into', openVSwitch(), missing, 'waiting'],
  ])('%s where the datapath is in userspace', (_, ovs, checksumOffload, state) => {
    expect(judged(leg, { openVSwitch: ovs, checksumOffload }).legs).toMatchObject([
      { leg: 'checksum', state },
    ]);
  });

  it.each([
    ['in the kernel', openVSwitch({ datapathType: 'system' }), on],
    ['in userspace, and fills them in itself', openVSwitch({}, { fillsChecksums: true }), on],
    ['in userspace, and no guest runs', openVSwitch(), undefined],
  ])('does not matter where the datapath is %s', (_, ovs, checksumOffload) => {
    expect(judged(leg, { openVSwitch: ovs, checksumOffload })).toEqual({ state: 'sound', legs: [] });
  });
});

describe('a bridge of Open vSwitch', () => {
  const leg: Leg = { kind: 'ovsBridge', name: 'br-int' };

  it.each([
    ['secure, and without flows', { failMode: 'secure', flows: 0 }, 'broken'],
    ['secure, with flows', { failMode: 'secure', flows: 1 }, 'sound'],
    ['secure, and cannot be asked', { failMode: 'secure' }, 'sound'],
    ['not secure, and without flows', { failMode: undefined, flows: 0 }, 'broken'],
    [
      'not secure, and shows no flows while it looks for its controller',
      { hasController: true, flows: 0 },
      'sound',
    ],
    [
      'secure, without flows, and has a controller',
      { failMode: 'secure', hasController: true, flows: 0 },
      'broken',
    ],
    ['without a way out', { closedWays: { why: 'out0 (No usable peer)', isError: true } }, 'broken'],
    ['without a way out yet', { closedWays: { why: 'veth0 (its link is down)', isError: false } }, 'waiting'],
  ])('that is %s', (_, bridge, state) => {
    expect(judged(leg, { openVSwitch: openVSwitch(bridge) }).state).toBe(state);
  });
});

describe('a port of Open vSwitch', () => {
  const leg: Leg = {
    kind: 'ovsPort',
    name: 'tap1',
    bridge: 'br-int',
    madeBy: 'plug',
    linkBy: 'hypervisor',
    type: '',
  };
  const port: OvsPortOnPath = {
    bridge: 'br-int',
    type: '',
    ofport: 1,
    error: undefined,
    adminState: 'up',
    linkState: 'up',
    tag: undefined,
    trunks: [],
    externalIds: {},
    options: {},
  };
  const stateOf = (own: Partial<OvsPortOnPath>, of: Partial<Leg> = {}, link: Partial<LinkOnPath> = {}) => {
    const ports = new Map([['tap1', { ...port, ...own }]]);
    const links = new Map([['tap1', linkOf({ name: 'tap1', ...link })]]);
    const asked: Leg = Object.assign({}, leg, of);
    return judged(asked, { openVSwitch: openVSwitch({}, { ports }), links }).state;
  };

  it.each([
    ['a trunk of the dead VLAN', { vlanMode: 'trunk', trunks: [4095] }, 'broken'],
    ['such a trunk without a mode', { trunks: [4095] }, 'broken'],
    ['such a trunk, with a tag that is not used', { vlanMode: 'trunk', trunks: [4095], tag: 5 }, 'broken'],
    ['a trunk of other VLANs and of untagged frames', { vlanMode: 'trunk', trunks: [0, 4095] }, 'sound'],
    ['in a VLAN, where trunks are not used', { tag: 5, trunks: [4095] }, 'sound'],
    ['a trunk of all VLANs', { vlanMode: 'trunk' }, 'sound'],
  ])('that is %s', (_, own, state) => {
    expect(stateOf(own)).toBe(state);
    expect(stateOf(own, { isolated: true })).toBe(state === 'broken' ? 'waiting' : state);
  });

  it('that drops untagged frames waits, unless the request has the guest tag them', () => {
    for (const own of [{ trunks: [5] }, { vlanMode: 'trunk', trunks: [5, 4095], tag: 5 }]) {
      expect(stateOf(own)).toBe('waiting');
      expect(stateOf(own, { tagged: true })).toBe('sound');
    }
    expect(stateOf({ vlanMode: 'native-untagged', trunks: [5] })).toBe('sound');
  });

  it.each([
    ['in a VLAN whose frames it gets tagged', { vlanMode: 'native-tagged', tag: 5 }, 'broken'],
    ['in a VLAN whose frames it gets untagged', { vlanMode: 'native-untagged', tag: 5 }, 'sound'],
    ['the output of a mirror', { mirror: 'm0' }, 'broken'],
  ])('that is %s, even if the plug isolates it', (_, own, state) => {
    expect(stateOf(own)).toBe(state);
    expect(stateOf(own, { isolated: true })).toBe(state);
  });

  it.each([
    ['forwarding', 'sound'],
    ['listening', 'waiting'],
    ['learning', 'waiting'],
    ['blocking', 'broken'],
    ['discarding', 'broken'],
    ['disabled', 'broken'],
  ])('that spanning tree has made %s', (treeState, state) => {
    expect(stateOf({ treeState })).toBe(state);
  });

  it('that spanning tree has disabled because its guest has not started waits', () => {
    expect(stateOf({ treeState: 'disabled' }, {}, { carrier: false })).toBe('waiting');
  });

  it('that is cut off is broken, unless the request isolates it', () => {
    expect(stateOf({ isCutOff: true })).toBe('broken');
    expect(stateOf({ isCutOff: true }, { protected: true })).toBe('sound');
  });
});

describe("OVN's binding of a port", () => {
  const leg: Leg = { kind: 'ovnBinding', name: 'port1', bridge: 'br-int', port: 'tap1' };
  const port = {
    ...{ bridge: 'br-int', type: '', ofport: 1, error: undefined, adminState: 'up', linkState: 'up' },
    ...{ tag: undefined, trunks: [], options: {} },
    externalIds: { 'attached-mac': 'FA:16:3E:00:00:01', 'ovn-installed': 'true' },
  };
  const binding: OvnBinding = {
    ...{ chassis: 'host1', additional: [], requested: [], activated: [], waitsForRarp: false, up: true },
    ...{ addresses: ['fa:16:3e:00:00:01 10.0.0.5'], portSecurity: [] },
  };
  const away = { chassis: 'host2', additional: ['host1'] };
  it.each([
    ['is sound', {}, 'sound'],
    ['is broken with the address of another guest', { addresses: ['fa:16:3e:00:00:02'] }, 'broken'],
    ['is broken without an address', { addresses: [] }, 'broken'],
    ['is sound with any address', { addresses: ['fa:16:3e:00:00:02', 'unknown'] }, 'sound'],
    ['is broken if it may not send', { portSecurity: ['fa:16:3e:00:00:02 10.0.0.6'] }, 'broken'],
    ['is sound if it may send', { portSecurity: ['fa:16:3e:00:00:01 10.0.0.5/24'] }, 'sound'],
    ['is sound on an additional chassis', away, 'sound'],
    ['waits there until the guest has arrived', { ...away, waitsForRarp: true }, 'waiting'],
    ['is sound once it has', { ...away, waitsForRarp: true, activated: ['host1'] }, 'sound'],
  ])('%s', (_, own, state) => {
    const bindings = new Map([['port1', { ...binding, ...own }]]);
    const ovn = { bridge: 'br-int', chassis: 'host1', ownNames: ['host1'], bindings };
    const ovs = openVSwitch({}, { ports: new Map([['tap1', port]]), ovn });
    expect(judged(leg, { openVSwitch: ovs }).state).toBe(state);
  });
});

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
    more: { readonly hostless?: boolean; readonly forgets?: boolean; readonly entries?: string[] } = {},
  ) => {
    const guest = tap('tap1', own);
    const { hostless = false, forgets = false, entries: known = [] } = more;
    const bridge = linkOf({ name: 'br1', type: 'bridge', filtersVlans: vlans.size > 0, forgets });
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

  it('waits where only the host is in its VLAN', () => {
    const vlans = new Map<string, VlansOnPath>([
      ['tap1', untagged(1)],
      ['br1', untagged(1)],
      ['eth0', trunk(5)],
    ]);
    expect(stateOf(inBridge, [card('eth0')], {}, vlans)).toBe('waiting');
  });
});

it('a port of Open vSwitch shows the state of a socket, if there is one for it', () => {
  const socket: Leg = { kind: 'socket', name: '/run/vhu1', server: 'switch' };
  expect(judged(socket, {}).state).toBe('waiting');
  expect(judged({ ...socket, port: 'vhu1' }, {})).toEqual({ state: 'sound', legs: [] });
});

describe('a virtual function', () => {
  const leg: Leg = { kind: 'function', name: '0000:03:10.0', mac: 'fa:16:3e:00:00:01', vlan: 7 };
  const vf = { pf: 'eth0', mac: 'FA:16:3E:00:00:01', vlan: 7 };
  it.each([
    ['is as it must be', vf, 'sound'],
    ['has another address', { ...vf, mac: 'fa:16:3e:00:00:02' }, 'broken'],
    ['is in another VLAN', { ...vf, vlan: 8 }, 'broken'],
    ['is kept down by its physical function', { ...vf, isDisabled: true }, 'broken'],
  ])('that %s', (_, its, state) => {
    const functions = new Map([[leg.name, { driver: 'vfio-pci', vf: its }]]);
    expect(judged(leg, { functions }).state).toBe(state);
  });
});
