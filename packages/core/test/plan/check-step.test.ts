import { describe, expect, it } from 'vitest';
import { checkStep } from '../../src/plan/steps.js';
import { badLinkNames, goodSteps } from './support/steps.js';

const wrongWith = (step: unknown) => checkStep(step);

const link = { kind: 'link', name: 'tap0' };
const port = { kind: 'ovsPort', bridge: 'br-int', name: 'tap0', externalIds: {}, wired: true };

it.each(goodSteps.filter(({ kind }) => kind !== 'custom'))('nothing is wrong with %o', (step) => {
  expect(wrongWith(step)).toEqual([]);
});

describe('names of links', () => {
  const named: [string, (name: unknown) => object][] = [
    ['link', (name) => ({ ...link, name })],
    ['veth peer', (peer) => ({ ...link, create: { type: 'veth', peer } })],
    ['link below', (below) => ({ ...link, create: { type: 'vlan', link: below, id: 5 } })],
    ['master', (master) => ({ ...link, set: { master } })],
    ['initial master', (master) => ({ ...link, initial: { master } })],
    ['absent link', (name) => ({ kind: 'linkAbsent', name, type: 'tap', own: true })],
    ['link with a user', (name) => ({ kind: 'linkUser', name, user: 'a' })],
    ['link without a user', (name) => ({ kind: 'linkUserAbsent', name, user: 'a', type: 'vlan' })],
    ['filtered guest', (name) => ({ kind: 'guestFilter', name, mac: 'fa:16:3e:10:00:02', addresses: [] })],
    ['unfiltered guest', (name) => ({ kind: 'guestFilterAbsent', name })],
    ['bridge', (name) => ({ kind: 'ovsBridge', name, datapathType: 'system' })],
    ['bridge of a port', (bridge) => ({ ...port, bridge })],
    ['absent bridge', (name) => ({ kind: 'ovsBridgeAbsent', name, own: true })],
    ['condition', (whenCreated) => ({ kind: 'command', argv: ['a'], whenCreated })],
  ];

  it.each(named)('of a %s are such as ip, /proc and OVSDB take for nothing else', (_, stepWith) => {
    expect(wrongWith(stepWith('tap0.5_-+'))).toEqual([]);
    for (const name of badLinkNames) expect(wrongWith(stepWith(name)), String(name)).toHaveLength(1);
  });
});

describe('names of ports', () => {
  it.each<[string, (name: unknown) => object]>([
    ['port', (name) => ({ ...port, name })],
    ['absent port', (name) => ({ kind: 'ovsPortAbsent', name, own: true })],
  ])('of a %s are those of links, and up to 64 characters where there is no link', (_, stepWith) => {
    for (const name of [
      'tap0.5_-+',
      'x'.repeat(16),
      'ibp9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
      'x'.repeat(64),
    ]) {
      expect(wrongWith(stepWith(name)), name).toEqual([]);
    }
    const bad = badLinkNames.filter((name) => !/^\w{16}$/.test(String(name)));
    expect(bad.length).toBeGreaterThan(badLinkNames.length - 2);
    for (const name of [...bad, 'x'.repeat(65), `${'x'.repeat(20)} y`, `-${'x'.repeat(20)}`]) {
      expect(wrongWith(stepWith(name)), String(name)).toHaveLength(1);
    }
  });
});

describe('values', () => {
  it.each([
    ['an MTU', { ...link, set: { mtu: 67 } }],
    ['a huge MTU', { ...link, set: { mtu: 2 ** 40 } }],
    ['an MTU that is no integer', { ...link, set: { mtu: 1500.5 } }],
    ['an MTU that is a text', { ...link, set: { mtu: '1500' } }],
    ['an MTU that is no number', { ...link, set: { mtu: Number.NaN } }],
    ['an MTU of null', { ...link, set: { mtu: null } }],
    ['a port’s MTU', { ...port, mtuRequest: 65_536 }],
    ['a bridge’s MTU', { kind: 'ovsBridge', name: 'br-int', datapathType: 'system', mtu: -1 }],
    ['a MAC address', { ...link, set: { address: 'fa:16:3e:10:00' } }],
    ['a MAC address with more behind it', { ...link, initial: { address: 'fa:16:3e:10:00:02\nlink' } }],
    ['a flag', { ...link, set: { up: 'yes' } }],
    ['a number in place of a flag', { ...link, shared: 1 }],
    ['arp_ignore', { ...link, set: { arpIgnore: 256 } }],
    ['arp_announce', { ...link, set: { arpAnnounce: -1 } }],
    ['a forward delay', { ...link, set: { bridge: { forwardDelay: -1 } } }],
    ['an ageing time', { ...link, set: { bridge: { ageing: Number.POSITIVE_INFINITY } } }],
    ['a bridge setting', { ...link, set: { bridge: { hello: 1 } } }],
    ['an attribute', { ...link, set: { alias: 'a' } }],
    ['a list of attributes', { ...link, set: [] }],
    ['a VLAN', { ...link, create: { type: 'vlan', link: 'eth0', id: 4096 } }],
    ['a tag', { ...port, tag: 1e9 }],
    ['an initial tag', { ...port, initial: { tag: 4096 } }],
    ['a VLAN mode', { ...port, initial: { vlanMode: 'any' } }],
    ['trunks', { ...port, initial: { trunks: [5, '6'] } }],
    ['a type of QoS', { ...port, initial: { qosType: 5 } }],
    ['an initial setting', { ...port, initial: { type: 'internal' } }],
    ['an id of a port', { kind: 'ovsVifPortsAbsent', interfaceId: 'tap0' }],
    ['a lenience', { kind: 'linkAbsent', name: 'tap0', type: 'tap', own: true, lenient: 'yes' }],
    ['queues', { ...link, create: { type: 'tap', multiQueue: 4 } }],
    ['a peer of a bridge', { ...link, create: { type: 'bridge', peer: 'tap1' } }],
    ['a type of an absent link', { kind: 'linkAbsent', name: 'tap0', type: 'dummy', own: true }],
    ['a missing mark of ownership', { kind: 'linkAbsent', name: 'tap0', type: 'tap' }],
    ['a missing user', { kind: 'linkUser', name: 'vlan5' }],
    ['a user with a blank', { kind: 'linkUser', name: 'vlan5', user: 'a b' }],
    ['an endless user', { kind: 'linkUser', name: 'vlan5', user: 'a'.repeat(65) }],
    ['a user that leaves', { kind: 'linkUserAbsent', name: 'vlan5', user: 'a\n', type: 'vlan' }],
    ['a type of a used link', { kind: 'linkUserAbsent', name: 'vlan5', user: 'a', type: 'dummy' }],
    ['a MAC address of a guest', { kind: 'guestFilter', name: 'tap0', mac: 'any', addresses: [] }],
    [
      'an address of a guest',
      { kind: 'guestFilter', name: 'tap0', mac: 'fa:16:3e:10:00:02', addresses: ['10.0.0.1 }'] },
    ],
    ['a datapath type', { kind: 'ovsBridge', name: 'br-int', datapathType: 'kernel' }],
    ['a missing datapath type', { kind: 'ovsBridge', name: 'br-int' }],
    ['a missing wait', { ...port, wired: undefined }],
    ['external ids of numbers', { ...port, externalIds: { tag: 5 } }],
    ['external ids with a control character', { ...port, externalIds: { id: 'a\0b' } }],
    ['a name of an external id', { ...port, externalIds: { 'a\nb': 'c' } }],
    ['external ids that are no object', { ...port, externalIds: new Map([['a', 'b']]) }],
    ['options', { ...port, options: [] }],
    ['an interface type', { ...port, type: 'internal\n' }],
    ['a PCI address', { kind: 'vf', address: '05:10.1' }],
    ['a path in place of a PCI address', { kind: 'vf', address: '../../0000:05:10.1' }],
    ['a VLAN of a virtual function', { kind: 'vf', address: '0000:05:10.1', vlan: 4096 }],
    ['a MAC address of a virtual function', { kind: 'vf', address: '0000:05:10.1', mac: 'any' }],
    ['a MAC address to be known by', { kind: 'vf', address: '0000:05:10.1', restore: { vifMac: 'any' } }],
    ['a restoring without one', { kind: 'vf', address: '0000:05:10.1', restore: {} }],
  ])('are refused: %s', (_, step) => expect(wrongWith(step)).toHaveLength(1));

  const long = 'x'.repeat(4096);
  it.each([
    ['nothing', []],
    ['a line', 'acmectl bind'],
    ['an option in place of the program', ['--help']],
    ['a program without a name', ['', 'bind']],
    ['a variable in place of the program', ['A=B', 'acmectl']],
    ['a variable of a path', ['PATH=/tmp', 'acmectl']],
    ['a program with a variable in its name', ['/opt/a=b/acmectl']],
    ['a program and its argument in one word', ['acmectl bind']],
    ['a program beside the caller', ['./acmectl']],
    ['a program below the caller', ['tools/acmectl']],
    ['a folder', ['/opt/acme/']],
    ['the current folder', ['.']],
    ['a path with a way out', ['/usr/bin/../../tmp/acmectl']],
    ['a path with a detour', ['/usr/./bin/acmectl']],
    ['a path with an empty name', ['//usr/bin/acmectl']],
    ['NUL', ['acmectl', 'a\0b']],
    ['a newline', ['acmectl', 'a\nb']],
    ['half a surrogate pair', ['acmectl', '\ud800']],
    ['a number', ['acmectl', 5]],
    ['a list', ['acmectl', ['bind']]],
    ['a word without end', ['acmectl', long]],
  ])('of commands are refused: %s', (_, argv) => {
    expect(wrongWith({ kind: 'command', argv })).toEqual([expect.stringContaining("'argv'")]);
    expect(wrongWith({ kind: 'command', argv: ['acmectl'], undo: argv })).toEqual([
      expect.stringContaining("'undo'"),
    ]);
  });
});
