import { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { describe, expect, it } from 'vitest';
import type { LinkOnPath, OvnBinding, OvsPortOnPath } from '../../src/connection/host-state.js';
import { judged, linkOf, openVSwitch } from './states.js';

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
    ["a trunk's, and joined to another", { isJoined: true }, 'sound'],
    ["a trunk's, and not joined yet", { isJoined: false }, 'waiting'],
  ])('that is %s', (_, bridge, state) => {
    expect(judged(leg, { openVSwitch: openVSwitch(bridge) }).state).toBe(state);
  });
});

it('a bridge of Open vSwitch that drops multicasts that nobody has asked for waits if the network has IPv6', () => {
  const dropping = openVSwitch({ dropsUnaskedMulticasts: true });
  const stateOf = (own: object) =>
    judged({ kind: 'ovsBridge', name: 'br-int', ...own }, { openVSwitch: dropping }).state;
  expect([stateOf({}), stateOf({ ipv6: false }), stateOf({ ipv6: true })]).toEqual([
    'sound',
    'sound',
    'waiting',
  ]);
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
    for (const own of [
      { trunks: [5] },
      { vlanMode: 'trunk', trunks: [5, 4095], tag: 5 },
      { vlanMode: 'dot1q-tunnel', tag: 5, cvlans: [6, 7] },
    ]) {
      expect(stateOf(own)).toBe('waiting');
      expect(stateOf(own, { tagged: true })).toBe('sound');
    }
    expect(stateOf({ vlanMode: 'native-untagged', trunks: [0, 5] })).toBe('sound');
    expect(stateOf({ vlanMode: 'native-untagged', trunks: [5] })).toBe('broken');
    expect(stateOf({ vlanMode: 'dot1q-tunnel', tag: 5, cvlans: [0, 7] })).toBe('sound');
  });

  it('in another VLAN than the ways out is broken, unless others are in that', () => {
    const strayVlan = { vlans: [5], ways: ['eth0'], isShared: false };
    expect(stateOf({ tag: 5, strayVlan })).toBe('broken');
    expect(stateOf({ tag: 5, strayVlan: { ...strayVlan, isShared: true } })).toBe('waiting');
    expect(stateOf({ trunks: [5], strayVlan }, { tagged: true })).toBe('broken');
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

  it('that Open vSwitch has set down is broken, even if it has no link of the kernel', () => {
    const own = { type: 'dpdkvhostuserclient', adminState: 'down' };
    expect(stateOf(own, { type: 'dpdkvhostuserclient' })).toBe('broken');
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
