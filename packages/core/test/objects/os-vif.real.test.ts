import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as objects from '../../src/objects/index.js';
import { identityOf } from '../../src/objects/registry.js';
import { fieldsOf } from '../../src/schema/field-store.js';

// os-vif 3.0.0 is the peer: it lacks what VIFPortProfileOpenVSwitch 1.4 added.
const newerThanPeer: Readonly<Record<string, readonly string[]>> = {
  VIFPortProfileOpenVSwitch: ['create_tap', 'multiqueue'],
};
const peerVersion = '1.3';

interface PeerClass {
  readonly namespace: string;
  readonly version: string;
  readonly nullable: Readonly<Record<string, boolean>>;
  readonly defaults: Readonly<Record<string, boolean>>;
}

const script = fileURLToPath(new URL('./os_vif_peer.py', import.meta.url));

function askPeer<T>(request: object): T {
  const input = JSON.stringify(request);
  return JSON.parse(execFileSync('/usr/bin/python3', [script], { input, encoding: 'utf8' }));
}

/** The same primitives with the versions that the peer knows. */
function forPeer(primitives: readonly objects.Primitive[]): objects.Primitive[] {
  return JSON.parse(JSON.stringify(primitives), (_, value) =>
    value !== null && newerThanPeer[value['versioned_object.name']]
      ? { ...value, 'versioned_object.version': peerVersion }
      : value,
  );
}

const classes = Object.entries(objects).filter(
  (entry): entry is [string, new (fields: object) => objects.VersionedObject] =>
    typeof entry[1] === 'function' && entry[1].prototype instanceof objects.VersionedObject,
);

let peer: Record<string, PeerClass>;
let samples: objects.Primitive[];

beforeAll(() => {
  peer = askPeer({ op: 'fields' });
  samples = askPeer({ op: 'samples' });
});

describe('against os-vif', () => {
  it.each(classes)('%s has the same fields', (name, type) => {
    const fields = [...fieldsOf(type.prototype)].filter(([field]) => !newerThanPeer[name]?.includes(field));
    const identity = identityOf(Object.create(type.prototype));
    const defaults = fields.filter(([, spec]) => spec.default !== undefined);
    expect({
      namespace: identity.namespace,
      version: newerThanPeer[name] ? peerVersion : identity.version,
      nullable: Object.fromEntries(fields.map(([field, spec]) => [field, spec.nullable])),
      defaults: Object.fromEntries(defaults.map(([field, spec]) => [field, spec.default])),
    }).toEqual(peer[name]);
  });

  it('has samples of every class', () => {
    const sampled = new Set(samples.map((sample) => sample['versioned_object.name']));
    expect(sampled).toEqual(new Set(classes.map(([name]) => name)));
  });

  it('what os-vif writes is read, and written the same', () => {
    const written = samples.map((sample) => objects.toPrimitive(objects.fromPrimitive(sample)));
    expect(forPeer(written)).toEqual(samples);
  });

  it('what is written here, os-vif reads, and writes the same', () => {
    const written = forPeer(samples.map((sample) => objects.toPrimitive(objects.fromPrimitive(sample))));
    expect(askPeer({ op: 'echo', objects: written })).toEqual(written);
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
    const written = forPeer(made.map(objects.toPrimitive));
    expect(askPeer({ op: 'echo', objects: written })).toEqual(written);
  });
});
