import { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { describe, expect, it } from 'vitest';
import type { HostState, OpenVSwitchOnPath } from '../../src/connection/host-state.js';
import { judge } from '../../src/connection/judge.js';

const bare: HostState = { links: new Map(), functions: new Map(), sockets: new Map() };

function openVSwitch(bridge: object = {}, rest: Partial<OpenVSwitchOnPath> = {}): OpenVSwitchOnPath {
  const bridges = new Map([['br-int', { datapathType: 'netdev', ...bridge }]]);
  return { bridges, ports: new Map(), byInterfaceId: new Map(), ...rest };
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
    ['not secure', { failMode: undefined, flows: 0 }, 'sound'],
  ])('that is %s', (_, bridge, state) => {
    expect(judged(leg, { openVSwitch: openVSwitch(bridge) }).state).toBe(state);
  });
});

it('of a socket a port of Open vSwitch tells, where one stands for it', () => {
  const socket: Leg = { kind: 'socket', name: '/run/vhu1', server: 'switch' };
  expect(judged(socket, {}).state).toBe('waiting');
  expect(judged({ ...socket, port: 'vhu1' }, {})).toEqual({ state: 'sound', legs: [] });
});
