import { describe, expect, it } from 'vitest';
import { isVifError } from '../../src/errors/vif-error.js';
import { field } from '../../src/fields/field.js';
import { identityOfClass } from '../../src/os-vif/registry.js';
import { versionsUpTo } from '../../src/os-vif/version.js';
import * as objects from '../../src/os-vif.js';
import { classes } from './support/classes.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const offload = new objects.DatapathOffloadRepresentor({ representor_name: 'rep0' });
const ovs = {
  interface_id: id,
  profile_id: 'gold',
  datapath_type: 'netdev',
  datapath_offload: offload,
  create_port: true,
  create_tap: true,
  multiqueue: true,
};
const onlyFirst = ['interface_id', 'profile_id'];

const written = (object: objects.VersionedObject, manifest: objects.VersionManifest) => {
  const primitive = objects.toPrimitive(object, { manifest });
  return {
    version: primitive['versioned_object.version'],
    fields: Object.keys(primitive['versioned_object.data']).sort(),
  };
};

describe('for a peer with older classes', () => {
  it.each([
    ['1.0', onlyFirst],
    ['1.1', [...onlyFirst, 'datapath_type']],
    ['1.2', [...onlyFirst, 'datapath_type', 'datapath_offload']],
    ['1.3', [...onlyFirst, 'datapath_type', 'datapath_offload', 'create_port']],
    ['1.4', Object.keys(ovs)],
  ])(
    'an Open vSwitch profile %s, and those that extend it, have that version\u2019s fields',
    (version, fields) => {
      const expected = (more: string[]) => ({ version, fields: [...fields, ...more].sort() });
      expect(
        written(new objects.VIFPortProfileOpenVSwitch(ovs), { VIFPortProfileOpenVSwitch: version }),
      ).toEqual(expected([]));
      expect(
        written(new objects.VIFPortProfileFPOpenVSwitch({ ...ovs, bridge_name: 'br0', hybrid_plug: true }), {
          VIFPortProfileFPOpenVSwitch: version,
        }),
      ).toEqual(expected(['bridge_name', 'hybrid_plug']));
      expect(
        written(new objects.VIFPortProfileOVSRepresentor({ ...ovs, representor_name: 'rep0' }), {
          VIFPortProfileOVSRepresentor: version,
        }),
      ).toEqual(expected(['representor_name']));
    },
  );

  it.each([
    [new objects.VIFPortProfileBase({ datapath_offload: offload }), []],
    [new objects.VIFPortProfileFPBridge({ datapath_offload: offload, bridge_name: 'br0' }), ['bridge_name']],
    [new objects.VIFPortProfileFPTap({ datapath_offload: null, mac_address: null }), ['mac_address']],
    [new objects.VIFPortProfile8021Qbg({ datapath_offload: offload, type_id: 1 }), ['type_id']],
    [new objects.VIFPortProfile8021Qbh({ datapath_offload: offload, profile_id: 'x' }), ['profile_id']],
    [new objects.VIFPortProfileK8sDPDK({ datapath_offload: offload, l3_setup: true }), ['l3_setup']],
    [new objects.VIFVHostUser({ id, vif_name: 'vhu1', path: '/run/x' }), ['id', 'path']],
    [
      new objects.Network({ mtu: 9000 }),
      ['multi_host', 'should_provide_bridge', 'should_provide_vlan', 'subnets'],
    ],
    [
      new objects.HostVIFInfo({
        vif_object_name: 'VIFBridge',
        min_version: '1.0',
        max_version: '1.0',
        supported_port_profiles: [],
      }),
      ['max_version', 'min_version', 'vif_object_name'],
    ],
  ])('%o loses in 1.0 what 1.1 added', (object, fields) => {
    const { name } = object.constructor;
    expect(written(object, { [name]: '1.0' })).toEqual({ version: '1.0', fields });
    expect(written(object, { [name]: '1.1' }).fields).toEqual(Object.keys(object).sort());
  });

  it('objects within are written in the versions of their own classes', () => {
    const vif = new objects.VIFOpenVSwitch({
      id,
      network: new objects.Network({ mtu: 1500 }),
      port_profile: new objects.VIFPortProfileOpenVSwitch(ovs),
    });
    const manifest = { Network: '1.0', VIFPortProfileOpenVSwitch: '1.1' };
    const { network, port_profile } = JSON.parse(JSON.stringify(objects.toPrimitive(vif, { manifest })))[
      'versioned_object.data'
    ];
    expect(network['versioned_object.version']).toBe('1.0');
    expect(network['versioned_object.data']).not.toHaveProperty('mtu');
    expect(port_profile['versioned_object.version']).toBe('1.1');
    expect(port_profile['versioned_object.data']).toEqual({
      interface_id: id,
      profile_id: 'gold',
      datapath_type: 'netdev',
    });
  });

  it('objects in lists are, too', () => {
    const host = new objects.HostPluginInfo({
      plugin_name: 'ovs',
      vif_info: [
        new objects.HostVIFInfo({
          vif_object_name: 'VIFBridge',
          min_version: '1.0',
          max_version: '1.0',
          supported_port_profiles: [],
        }),
      ],
    });
    const primitive = objects.toPrimitive(host, { manifest: { HostVIFInfo: '1.0' } });
    expect(primitive['versioned_object.data']).toMatchObject({
      vif_info: [{ 'versioned_object.version': '1.0' }],
    });
    expect(JSON.stringify(primitive)).not.toContain('supported_port_profiles');
  });

  it.each([
    ['1.0', '1.0', onlyFirst],
    ['1.1', '1.2', [...onlyFirst, 'datapath_type', 'datapath_offload']],
  ])(
    'that names base profile %s alone, a profile is of the first version built on it',
    (base, version, fields) => {
      const vif = new objects.VIFBridge({ id, port_profile: new objects.VIFPortProfileOpenVSwitch(ovs) });
      const { port_profile } = objects.toPrimitive(vif, { manifest: { VIFPortProfileBase: base } })[
        'versioned_object.data'
      ] as { port_profile: objects.Primitive };
      expect(port_profile['versioned_object.version']).toBe(version);
      expect(Object.keys(port_profile['versioned_object.data']).sort()).toEqual(fields.sort());
    },
  );

  it.each(classes)('what is written of %s in any version is read again', (name, type) => {
    const { version } = identityOfClass(type);
    const object = objects.fromPrimitive({
      'versioned_object.name': name,
      'versioned_object.namespace': 'os_vif',
      'versioned_object.version': version,
      'versioned_object.data': {},
    });
    for (const older of versionsUpTo(version)) {
      const primitive = objects.toPrimitive(object, { manifest: { [name]: older } });
      expect(primitive['versioned_object.version']).toBe(older);
      expect(objects.fromPrimitive(primitive).equals(object)).toBe(true);
    }
  });

  it('classes that are not named are written as they are', () => {
    const network = new objects.Network({});
    for (const manifest of [{}, { Network: '1.1' }, { VIFTelepathy: '7.3' }]) {
      expect(objects.toPrimitive(network, { manifest })).toEqual(objects.toPrimitive(network));
    }
  });

  it("a vendor's class built on newer versions loses the fields of both", () => {
    @objects.versionedObject({
      name: 'AcmeProfile',
      version: '2.1',
      namespace: 'acme',
      builtOn: { '2.0': '1.1', '2.1': '1.4' },
    })
    class AcmeProfile extends objects.VIFPortProfileOpenVSwitch {
      @field.text({ since: '2.1' })
      declare readonly lane?: string;

      @field.text()
      declare readonly rail?: string;
    }
    const fields: object = { ...ovs, lane: 'l1', rail: 'r1' };
    expect(written(new AcmeProfile(fields), { AcmeProfile: '2.0' })).toEqual({
      version: '2.0',
      fields: ['datapath_type', 'interface_id', 'profile_id', 'rail'],
    });
    expect(written(new AcmeProfile(fields), {}).fields).toHaveLength(9);
  });
});

describe('a manifest is refused', () => {
  it.each([
    [
      'a newer version',
      { VIFPortProfileOpenVSwitch: '1.5' },
      'INCOMPATIBLE_VERSION',
      'VIFPortProfileOpenVSwitch',
    ],
    ['another major version', { Network: '2.0' }, 'INCOMPATIBLE_VERSION', 'Network'],
    ['a version that never was', { Network: '0.9' }, 'INCOMPATIBLE_VERSION', 'Network'],
    ['what is no version', { Network: '1' }, 'INVALID_OBJECT', 'Network'],
    ['a number', { Network: 1.1 }, 'INVALID_OBJECT', 'Network'],
    ['a version in another spelling', { Network: '1.01' }, 'INVALID_OBJECT', 'Network'],
    ['null', null, 'INVALID_OBJECT', ''],
    ['a list', ['1.0'], 'INVALID_OBJECT', ''],
  ])('for %s', (_, manifest, code, path) => {
    const write = () => objects.toPrimitive(new objects.Network({}), { manifest: manifest as never });
    expect(write).toThrow(expect.objectContaining({ code, violations: [expect.objectContaining({ path })] }));
    expect(write).toThrow(expect.toSatisfy(isVifError));
  });
});
