import { IsIn } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { field } from '../../src/fields/field.js';
import { parseRequest } from '../../src/nova/request.js';
import {
  type FieldsOf,
  fromPrimitive,
  Network,
  toPrimitive,
  VersionedObject,
  VIFBase,
  VIFBridge,
  VIFNestedDPDK,
  versionedObject,
} from '../../src/os-vif.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const instance = { uuid: id };

const wrap = (name: string, data: object, version = '1.0') => ({
  'versioned_object.name': name,
  'versioned_object.namespace': 'os_vif',
  'versioned_object.version': version,
  'versioned_object.data': data,
});
const network = (data: object) => wrap('Network', data, '1.1');
const bridge = (data: object) => wrap('VIFBridge', { id, ...data });

/** What os-vif itself reads, and no plug takes: what it is, the VIF, the path of what is refused. */
const unpluggable: readonly [what: string, vif: object, path: string][] = [
  ['a name of 20 characters', bridge({ bridge_name: 'b'.repeat(20) }), 'bridge_name'],
  ['a name of several lines', bridge({ vif_name: 'tap0\nlink del eth0' }), 'vif_name'],
  ['an option for a name', bridge({ vif_name: '-all' }), 'vif_name'],
  ['no name at all', bridge({ bridge_name: '' }), 'bridge_name'],
  ['a control character', bridge({ plugin: 'ovs\u001b[2J' }), 'plugin'],
  ['half a character', bridge({ plugin: '\ud800' }), 'plugin'],
  ['a very long text', bridge({ network: network({ label: 'é'.repeat(5_000) }) }), 'network.label'],
  ['a small MTU', bridge({ network: network({ mtu: 1 }) }), 'network.mtu'],
  ['a large MTU', bridge({ network: network({ mtu: 70_000 }) }), 'network.mtu'],
  ['a VLAN id that none is', bridge({ network: network({ vlan: 5_000 }) }), 'network.vlan'],
  ['a negative VLAN id', bridge({ network: network({ vlan: -1 }) }), 'network.vlan'],
  ['a bridge elsewhere', bridge({ network: network({ bridge: '../br0' }) }), 'network.bridge'],
  ['a UUID without hyphens', wrap('VIFBase', { id: id.replaceAll('-', '') }), 'id'],
  ['a long path of a socket', wrap('VIFVHostUser', { id, path: `/${'p'.repeat(107)}` }, '1.1'), 'path'],
  ['a path from somewhere', wrap('VIFVHostUser', { id, path: 'sock' }, '1.1'), 'path'],
  ['a multicast MAC address', bridge({ address: '01:00:5e:00:00:01' }), 'address'],
  ['the broadcast MAC address', bridge({ address: 'ff:ff:ff:ff:ff:ff' }), 'address'],
  ['text for a PCI address', wrap('VIFNestedDPDK', { id, pci_address: 'none' }), 'pci_address'],
  ...(
    [
      ['8021Qbg', 'manager_id', 256],
      ['8021Qbg', 'type_id', 2 ** 24],
      ['8021Qbg', 'type_id_version', 256],
      ['8021Qbh', 'profile_id', 'p'.repeat(40)],
      ['8021Qbh', 'profile_id', ''],
    ] as const
  ).map(([type, name, value]): (typeof unpluggable)[number] => {
    const port_profile = wrap(`VIFPortProfile${type}`, { [name]: value }, '1.1');
    return [
      `a ${name} of ${JSON.stringify(value)}`,
      wrap('VIFDirect', { id, port_profile }),
      `port_profile.${name}`,
    ];
  }),
  [
    'a name in an object in an object',
    bridge({
      port_profile: wrap(
        'VIFPortProfileOpenVSwitch',
        { datapath_offload: wrap('DatapathOffloadRepresentor', { representor_name: 'a b' }) },
        '1.4',
      ),
    }),
    'port_profile.datapath_offload.representor_name',
  ],
];

describe.each(unpluggable)('%s', (_, primitive, path) => {
  it('is read, and written again', () => {
    const read = fromPrimitive(primitive, VIFBase);
    expect(toPrimitive(read)).toMatchObject(primitive);
    expect(fromPrimitive(JSON.parse(JSON.stringify(read))).equals(read)).toBe(true);
  });

  it.each([
    ['the wire form', (given: object) => given],
    ['the object', (given: object) => fromPrimitive(given)],
  ])('is refused as %s in a request, in its place', (_form, vifOf) => {
    expect(() => parseRequest({ instance, vif: vifOf(primitive) })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OBJECT',
        violations: [expect.objectContaining({ path: `vif.${path}` })],
      }),
    );
  });

  it('is refused in a copy', () => {
    expect(() => fromPrimitive(primitive).copy()).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECT', violations: [expect.objectContaining({ path })] }),
    );
  });
});

describe('values that JSON has in another type', () => {
  it.each([
    ['text', 'VIFBase', 'plugin', 7, '7'],
    ['an integer', 'Network', 'vlan', ' +070\n', 70],
    ['an integer of text', 'Network', 'mtu', '-1', -1],
    ['an integer without a sign', 'Network', 'mtu', -0, 0],
    ['a boolean', 'VIFBase', 'active', 0, false],
    ['a network of one address', 'Subnet', 'cidr', '10.0.0.1', '10.0.0.1/32'],
    ['such a network of IPv6', 'Subnet', 'cidr', 'FE80::0:1', 'fe80::1/128'],
    ['a MAC address', 'VIFBase', 'address', 'FA-16-3E-00-00-0A', 'fa:16:3e:00:00:0a'],
    ['a PCI address', 'VIFDirect', 'dev_address', '0000:0A:1F.7', '0000:0a:1f.7'],
    ['text that looks like one', 'VIFNestedDPDK', 'pci_address', '0000:0A:1F.7', '0000:0A:1F.7'],
  ])('are read as %s', (_, name, field, given, read) => {
    const object = fromPrimitive(wrap(name, { [field]: given }));
    expect(toPrimitive(object)['versioned_object.data'][field]).toBe(read);
  });

  it.each([
    ['a fraction', 'Network', 'vlan', 5.7],
    ['more than JSON can carry', 'Network', 'vlan', 2 ** 53],
    ['hexadecimal digits', 'Network', 'vlan', '0x10'],
    ['a boolean for an integer', 'Network', 'vlan', true],
    ['text for a boolean', 'VIFBase', 'active', 'false'],
    ['2 for a boolean', 'VIFBase', 'active', 2],
    ['a boolean for text', 'VIFBase', 'plugin', true],
    ['a fraction for text', 'VIFBase', 'plugin', 1.5],
    ['a list for text', 'VIFBase', 'plugin', ['ovs']],
    ['an integer for an address', 'Subnet', 'gateway', 5],
    ['part of an address', 'Subnet', 'gateway', '10.0.0'],
    ['an integer for a UUID', 'VIFBase', 'id', 5],
  ])('are refused for %s', (_, name, field, given) => {
    expect(() => fromPrimitive(wrap(name, { [field]: given }))).toThrow(
      expect.objectContaining({
        code: 'INVALID_OBJECT',
        violations: [expect.objectContaining({ path: field })],
      }),
    );
  });

  it('are the same in a request, where an address has the spelling that the host has', () => {
    const vif = wrap('VIFNestedDPDK', { id, plugin: 7, pci_address: '0000:0A:1F.7' });
    expect(parseRequest({ instance, vif }).vif).toEqual(
      new VIFNestedDPDK({ id, plugin: '7', pci_address: '0000:0a:1f.7' }),
    );
  });
});

it('an object that is made here, or changed, is made for a plug', () => {
  const refused = expect.objectContaining({ code: 'INVALID_OBJECT' });
  expect(() => new VIFBridge({ id, bridge_name: 'b'.repeat(20) })).toThrow(refused);
  expect(() => new Network({ mtu: 70_000 })).toThrow(refused);
  expect(() => new VIFBridge({ id }).copy({ vif_name: '-all' })).toThrow(refused);
  const within = fromPrimitive(network({ mtu: 70_000 }), Network);
  expect(() => new VIFBridge({ id, network: within })).toThrow(refused);
});

it("what a class asks for by class-validator's own decorators, it asks for a plug", () => {
  @versionedObject({ name: 'AcmePort', version: '1.0', namespace: 'acme' })
  class AcmePort extends VersionedObject {
    @IsIn(['gold', 'silver'])
    @field.text()
    declare readonly tier?: string;

    @field.strings({ plain: true })
    declare readonly tags?: Readonly<Record<string, string>>;

    constructor(fields: FieldsOf<AcmePort>) {
      super(fields);
    }
  }
  const primitive = {
    ...wrap('AcmePort', { tier: 'lead', tags: { a: 'b\n' } }),
    'versioned_object.namespace': 'acme',
  };
  expect(() => fromPrimitive(primitive, AcmePort).copy()).toThrow(
    expect.objectContaining({
      violations: [expect.objectContaining({ path: 'tier' }), expect.objectContaining({ path: 'tags.a' })],
    }),
  );
});

it('a network may have the MTU 0, which is none', () => {
  expect(new Network({ mtu: 0 }).mtu).toBe(0);
  const { vif } = parseRequest({ instance, vif: bridge({ network: network({ mtu: 0 }) }) });
  expect(vif.network).toEqual(new Network({ mtu: 0 }));
});

it.each([[' 7\t'], ['\u00a07'], ['+7']])(
  'a number may be text with what Python takes for white space: %j',
  (vlan) => {
    expect(fromPrimitive(network({ vlan }), Network).vlan).toBe(7);
  },
);

it('a byte order mark is no white space to Python', () => {
  expect(() => fromPrimitive(network({ vlan: '\ufeff7' }))).toThrow(
    expect.objectContaining({ code: 'INVALID_OBJECT' }),
  );
});
