import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FieldType, fieldsOf, wireTypeOf } from '../../src/fields/field-spec.js';
import type { WireType } from '../../src/fields/rules.js';
import { identityOf, identityOfClass } from '../../src/os-vif/registry.js';
import { versionsUpTo } from '../../src/os-vif/version.js';
import * as objects from '../../src/os-vif.js';
import { arbitraryPrimitive } from './support/arbitrary-primitive.js';
import { classes } from './support/classes.js';

// os-vif 3.0.0 is the peer: it lacks what version 1.4 of the Open vSwitch profiles added.
const newerThanPeer = ['create_tap', 'multiqueue'];
const peerLags = new Set([
  'VIFPortProfileOpenVSwitch',
  'VIFPortProfileFPOpenVSwitch',
  'VIFPortProfileOVSRepresentor',
]);
const manifest = Object.fromEntries([...peerLags].map((name) => [name, '1.3']));

interface PeerClass {
  readonly namespace: string;
  readonly version: string;
  readonly types: Readonly<Record<string, readonly string[]>>;
  readonly nullable: Readonly<Record<string, boolean>>;
  readonly defaults: Readonly<Record<string, boolean>>;
}

const UUID = 'bc2ad4b9-3c2f-4b4c-9b3a-0d2f6f0d5a10';

const script = fileURLToPath(new URL('./os_vif_peer.py', import.meta.url));

function askPeer<T>(request: object): T {
  const input = JSON.stringify(request);
  const options = { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  return JSON.parse(execFileSync('/usr/bin/python3', [script], options));
}

const echo = (written: readonly object[]) => askPeer<objects.Primitive[]>({ op: 'echo', objects: written });

const forPeer = (object: objects.VersionedObject) => objects.toPrimitive(object, { manifest });

/** What os-vif calls a type. */
function peerType(type: FieldType): string[] {
  switch (type.kind) {
    case 'enum':
      return ['Enum', ...type.values];
    case 'object':
      return ['Object', `${identityOfClass(type.type()).name}${type.subclasses ? '+' : ''}`];
    case 'list':
      return ['List', ...peerType(type.items)];
    case 'strings':
    case 'map':
      return ['Dict'];
    default:
      return [peerNames[wireTypeOf(type)]];
  }
}

const peerNames: Readonly<Record<WireType, string>> = {
  text: 'String',
  uuid: 'UUID',
  mac: 'MACAddress',
  pci: 'PCIAddress',
  ip: 'IPAddress',
  cidr: 'IPNetwork',
  boolean: 'Boolean',
  integer: 'Integer',
};

let peer: Record<string, PeerClass>;
let samples: objects.Primitive[];

beforeAll(() => {
  peer = askPeer({ op: 'fields' });
  samples = askPeer({ op: 'samples' });
});

/** Values of a field, as JSON may have them. */
const spellings: readonly [name: string, field: string, values: readonly unknown[]][] = [
  ['VIFBase', 'plugin', ['', 7, -7, 0, 2 ** 53 - 1, 'a\n\0\ud800é\u{1d6fc}', 'x'.repeat(5_000)]],
  ['VIFBase', 'active', [true, false, 0, 1]],
  ['VIFBase', 'id', [UUID, UUID.toUpperCase(), UUID.replaceAll('-', ''), `{${UUID}}`, `urn:uuid:${UUID}`]],
  ['VIFBase', 'address', [null, 'FA-16-3E-00-00-0A', 'fa:16:3E-00:00:0a']],
  ['VIFDirect', 'dev_address', ['0000:0A:1F.7', 'ffff:ff:1f.0']],
  ['VIFNestedDPDK', 'pci_address', ['0000:0A:1F.7', '', 'none']],
  ['DatapathOffloadRepresentor', 'representor_address', ['0000:0A:1F.7', null, 'none']],
  ['Network', 'vlan', [null, 0, -1, 5_000, '7', '-7', ' +007\n', 2 ** 53 - 1, -(2 ** 53 - 1), '-0']],
  [
    'Subnet',
    'gateway',
    ['10.0.0.1', 'FE80::0:1', '::1.2.3.4', '::ffff:0:0', '0:0:0:0:0:0:1:2', '1:0:0:2::3'],
  ],
  ['Subnet', 'cidr', ['10.0.0.5/8', '10.0.0.5', 'FE80::0:1/10', 'fe80::1', '::ffff:10.0.0.1/96', '::/0']],
  ['Subnet', 'dns', [[], ['FE80::0:1', '10.0.0.1']]],
];

describe('against os-vif', () => {
  it('has the same classes', () => {
    expect(classes.map(([name]) => name).sort()).toEqual(Object.keys(peer).sort());
  });

  it.each(classes)('%s has the same fields', (name, type) => {
    const lags = peerLags.has(name);
    const fields = [...fieldsOf(type.prototype)].filter(
      ([field]) => !(lags && newerThanPeer.includes(field)),
    );
    const identity = identityOf(Object.create(type.prototype));
    const defaults = fields.filter(([, spec]) => spec.default !== undefined);
    const { types, ...rest } = peer[name] ?? {};
    expect({
      namespace: identity.namespace,
      version: manifest[name] ?? identity.version,
      nullable: Object.fromEntries(fields.map(([field, spec]) => [field, spec.nullable])),
      defaults: Object.fromEntries(defaults.map(([field, spec]) => [field, spec.default])),
    }).toEqual(rest);
    for (const [field, spec] of fields) expect(peerType(spec.type), field).toEqual(types?.[field]);
  });

  it('has samples of every class', () => {
    const sampled = new Set(samples.map((sample) => sample['versioned_object.name']));
    expect(sampled).toEqual(new Set(classes.map(([name]) => name)));
  });

  it('what os-vif writes is read, and written the same', () => {
    expect(samples.map((sample) => forPeer(objects.fromPrimitive(sample)))).toEqual(samples);
  });

  it('what is written here of any class, with any fields unset, os-vif reads and writes the same', () => {
    const made = classes.flatMap(([, type]) => fc.sample(arbitraryPrimitive(type), 40));
    const written = made.map((primitive) => forPeer(objects.fromPrimitive(primitive)));
    expect(echo(written)).toEqual(written);
  });

  it('reads a value in whatever type and spelling as os-vif reads it', () => {
    const given = spellings.flatMap(([name, field, values]) =>
      values.map((value) => ({
        'versioned_object.name': name,
        'versioned_object.namespace': 'os_vif',
        'versioned_object.version': peer[name]?.version,
        'versioned_object.data': { [field]: value },
      })),
    );
    expect(given.map((each) => forPeer(objects.fromPrimitive(each)))).toEqual(echo(given));
  });

  it('an older version is what os-vif makes of it, and os-vif reads it', () => {
    const made = classes.flatMap(([name, type]) =>
      versionsUpTo(peer[name]?.version ?? '').flatMap((version) =>
        fc
          .sample(arbitraryPrimitive(type), 10)
          .map((primitive) => ({ name, version, object: objects.fromPrimitive(primitive) })),
      ),
    );
    const written = made.map(({ name, version, object }) =>
      objects.toPrimitive(object, { manifest: { ...manifest, [name]: version } }),
    );
    const newest = made.map(({ version, object }) => [forPeer(object), version]);
    expect(askPeer({ op: 'backport', objects: newest })).toEqual(written);

    // os-vif sets the MTU of every network that it reads.
    const withoutMtu = (key: string, value: unknown) => (key === 'mtu' && value === null ? undefined : value);
    const plain = (all: unknown) => JSON.parse(JSON.stringify(all, withoutMtu));
    expect(plain(echo(written))).toEqual(plain(written));
  });

  it('takes objects that were made here', () => {
    const id = 'bc2ad4b9-3c2f-4b4c-9b3a-0d2f6f0d5a10';
    const made = [
      new objects.VIFBridge({
        id,
        address: 'FA:16:3E:00:00:01',
        vif_name: 'tap1',
        bridge_name: 'br0',
        network: new objects.Network({ id, bridge: 'br0', bridge_interface: null }),
        port_profile: new objects.VIFPortProfileOpenVSwitch({ interface_id: id, create_port: true }),
      }),
      new objects.HostPluginInfo({
        plugin_name: 'ovs',
        vif_info: [
          new objects.HostVIFInfo({ vif_object_name: 'VIFBridge', min_version: '1.0', max_version: '1.0' }),
        ],
      }),
      new objects.VIFHostDevice({ id, dev_address: '0000:05:1F.1', dev_type: 'generic' }),
    ];
    const written = made.map(forPeer);
    expect(echo(written)).toEqual(written);
  });
});
