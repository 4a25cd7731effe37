import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { objectsOf, vifLines, vifObject } from './vif-object.js';

const id = randomUUID();

function primitive(name: string, data: object, more: object = {}) {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': data,
    ...more,
  };
}

const vif = (data: object) => primitive('VIFDirect', { id, ...data });
const network = (data: object) => primitive('Network', data, { 'versioned_object.version': '1.1' });
const profile = (version: string) =>
  primitive('VIFPortProfileOpenVSwitch', {}, { 'versioned_object.version': version });

/** What `vif object` refuses: what it is, the code, what the message tells of it. */
const refused: readonly [what: string, line: object, code: string, message: string][] = [
  ['an unknown class', primitive('VIFTeleport', {}), 'UNKNOWN_OBJECT', 'os_vif.VIFTeleport'],
  [
    'a class of another project',
    { ...vif({}), 'versioned_object.namespace': 'nova' },
    'UNKNOWN_OBJECT',
    'nova.VIFDirect',
  ],
  [
    'an unknown class in another',
    vif({ port_profile: primitive('VIFPortProfileX', {}) }),
    'UNKNOWN_OBJECT',
    'VIFPortProfileX',
  ],
  ['an unknown field', vif({ colour: 'red' }), 'UNKNOWN_FIELD', 'colour'],
  [
    'an unknown field in another',
    vif({ network: primitive('Network', { color: 1 }) }),
    'UNKNOWN_FIELD',
    'network.color',
  ],
  ['a newer minor version', profile('1.99'), 'INCOMPATIBLE_VERSION', '1.99'],
  ['a newer major version', profile('2.0'), 'INCOMPATIBLE_VERSION', '2.0'],
  [
    'a newer version in another',
    vif({ port_profile: profile('1.99') }),
    'INCOMPATIBLE_VERSION',
    'port_profile',
  ],
  ['no version', profile('new'), 'INVALID_OBJECT', 'versioned_object.version'],
  ['a text that is a list', vif({ vif_name: ['tap0'] }), 'INVALID_OBJECT', 'vif_name'],
  ['a text that is a boolean', vif({ vif_name: true }), 'INVALID_OBJECT', 'vif_name'],
  ['a boolean that is a text', vif({ active: 'yes' }), 'INVALID_OBJECT', 'active'],
  ['a number that is a text', primitive('Network', { vlan: 'seven' }), 'INVALID_OBJECT', 'vlan'],
  ['a number that is a fraction', primitive('Network', { vlan: 1.5 }), 'INVALID_OBJECT', 'vlan'],
  ['a number that JSON has changed', primitive('Network', { vlan: 2 ** 63 }), 'INVALID_OBJECT', 'vlan'],
  ['a list that is an object', primitive('RouteList', { objects: {} }), 'INVALID_OBJECT', 'objects'],
  ['an object that is a list', vif({ network: [] }), 'INVALID_OBJECT', 'network'],
  [
    'an object of the wrong class',
    vif({ network: primitive('Route', {}) }),
    'INVALID_OBJECT',
    'must be a Network',
  ],
  ['a null that may not be', vif({ plugin: null }), 'INVALID_OBJECT', 'plugin'],
  [
    'an enumeration with another value',
    vif({ mode: 'macvtap' }),
    'INVALID_OBJECT',
    'vepa, passthrough, bridge',
  ],
  ['a bad UUID', vif({ id: '12345' }), 'INVALID_OBJECT', 'must be a UUID'],
  ['a bad MAC address', vif({ address: '02:00:00:00:00' }), 'INVALID_OBJECT', 'must be a MAC address'],
  ['a bad PCI address', vif({ dev_address: '05:10.1' }), 'INVALID_OBJECT', 'must be a PCI address'],
  [
    'a bad IP address',
    primitive('FixedIP', { address: '10.0.0.256' }),
    'INVALID_OBJECT',
    'must be an IP address',
  ],
  ['a bad CIDR', primitive('Subnet', { cidr: '10.0.0.0/33' }), 'INVALID_OBJECT', 'cidr must be'],
];

it('`vif object` refuses each by its code, in its place', async () => {
  const answers = await vifObject(refused.map(([, line]) => line));
  expect(answers).toHaveLength(refused.length);
  for (const [i, [what, , code, message]] of refused.entries()) {
    expect(answers[i]?.error, what).toEqual(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect(answers[i], what).not.toHaveProperty('object');
  }
});

/** What os-vif and `vif object` read, and no plug takes: what it is, the object, where it is refused. */
const unpluggable: readonly [what: string, vif: object, path: string][] = [
  ['a long name of a bridge', primitive('VIFBridge', { id, bridge_name: 'b'.repeat(20) }), 'vif.bridge_name'],
  ['a name that is a command', vif({ vif_name: 'tap0\nlink del eth0' }), 'vif.vif_name'],
  ['a control character', vif({ plugin: 'ovs\u001b[2J' }), 'vif.plugin'],
  ['half a character', vif({ plugin: '\ud800' }), 'vif.plugin'],
  ['a small MTU', vif({ network: network({ mtu: 1 }) }), 'vif.network.mtu'],
  ['a large VLAN id', vif({ network: network({ vlan: 5000 }) }), 'vif.network.vlan'],
  ['a UUID without hyphens', vif({ id: id.replaceAll('-', '') }), 'vif.id'],
];

it('`vif object` writes what os-vif may write, and `vif plan` and `vif config` refuse it in its place', async () => {
  const given = unpluggable.map(([, object]) => object);
  const data = given.map((object) => Reflect.get(object, 'versioned_object.data'));
  expect((await objectsOf(given)).map((object) => object['versioned_object.data'])).toMatchObject(data);
  const requests = given.map((object) => ({ vif: object, instance: { uuid: id } }));
  for (const command of ['plan', 'config'] as const) {
    const answers = await vifLines([command], requests);
    expect(answers.map(({ error }) => error?.code)).toEqual(given.map(() => 'INVALID_OBJECT'));
    for (const [i, [what, , path]] of unpluggable.entries()) {
      expect(answers[i]?.error?.message, what).toContain(` ${path} must be `);
    }
  }
});
