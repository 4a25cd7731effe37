import type { Plan } from '../../../src/plan/steps.js';

const done = async () => {};

/** A step of each kind with little, and one with all that it may have. */
export const goodSteps: Plan = [
  { kind: 'link', name: 'tap0' },
  {
    kind: 'link',
    name: 'qbr9b2d1e63-70',
    create: { type: 'bridge' },
    set: { up: true, mtu: 9000, address: 'FA:16:3e:10:00:02', master: 'br0', promisc: true, ipv6: false },
    initial: {
      arpIgnore: 8,
      arpAnnounce: 2,
      bridge: { forwardDelay: 0, stp: false, multicastSnooping: false, ageing: 0.5 },
    },
    shared: true,
  },
  { kind: 'link', name: 'veth0', create: { type: 'veth', peer: 'veth1' } },
  { kind: 'link', name: 'tap0', create: { type: 'tap' } },
  { kind: 'link', name: 'tap0', create: { type: 'tap', multiQueue: true } },
  { kind: 'link', name: 'vlan5', create: { type: 'vlan', link: 'eth0', id: 4095 }, set: {} },
  { kind: 'linkAbsent', name: 'tap0', type: 'tap', own: false },
  { kind: 'ovsBridge', name: 'br-int', datapathType: 'netdev' },
  { kind: 'ovsBridge', name: 'br-int', datapathType: 'system', mtu: 68 },
  { kind: 'ovsPort', bridge: 'br-int', name: 'tap0', externalIds: {}, wired: false },
  {
    kind: 'ovsPort',
    bridge: 'br-int',
    name: 'vhu0',
    type: 'dpdkvhostuserclient',
    tag: 0,
    externalIds: { 'iface-id': '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02' },
    options: { 'vhost-server-path': '/run/vhu0 "a" \\b' },
    mtuRequest: 65_535,
    wired: true,
  },
  { kind: 'ovsPortAbsent', name: 'tap0', own: true },
  { kind: 'vf', address: '0000:05:10.1' },
  { kind: 'vf', address: '0000:05:10.1', mac: 'fa:16:3e:10:00:02', vlan: 0, trust: true },
  { kind: 'command', argv: ['acmectl'] },
  {
    kind: 'command',
    argv: ['/usr/bin/acmectl', 'bind', '--name=a b', '$(reboot)', ''],
    undo: ['acmectl', 'unbind'],
    whenCreated: 'tap0',
    vendor: 'the acme-agent package',
  },
  { kind: 'custom', name: 'acme port 9b2d1e63', isDone: async () => true, apply: done, undo: done },
];

/** What must name no link. */
export const badLinkNames: readonly unknown[] = [
  '',
  'tap0\nlink delete dev eth0',
  'tap 0',
  'tap\t0',
  'tap0\0',
  'net/tap0',
  '..',
  '-tap0',
  'all',
  'default',
  'a123456789abcdef',
  'täp0',
  'tap%d',
  'tap"0',
  'tap\\0',
  'tap#0',
  0,
  null,
  ['tap0'],
  {},
];
