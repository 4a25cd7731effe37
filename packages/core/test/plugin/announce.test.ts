import { describe, expect, it } from 'vitest';
import { identityOfClass } from '../../src/os-vif/registry.js';
import {
  fromPrimitive,
  HostPluginInfo,
  VIFBridge,
  VIFGeneric,
  VIFPortProfileBase,
  VIFPortProfileOpenVSwitch,
} from '../../src/os-vif.js';
import { announce, describeHost } from '../../src/plugin/announce.js';
import { vifPlugin } from '../../src/plugin/decorators.js';
import { PluginRegistry } from '../../src/plugin/registry.js';
import { Idle } from './support/idle.js';

it('announces classes and port profiles, from their first version to the one there is', () => {
  const info = announce('acme', [
    [VIFBridge, [VIFPortProfileOpenVSwitch, VIFPortProfileBase]],
    [VIFGeneric, []],
  ]);
  expect(info).toBeInstanceOf(HostPluginInfo);
  expect(info.plugin_name).toBe('acme');
  const versions = (type: { readonly prototype: object }) => ({
    min_version: '1.0',
    max_version: identityOfClass(type).version,
  });
  expect(info.vif_info).toMatchObject([
    {
      vif_object_name: 'VIFBridge',
      ...versions(VIFBridge),
      supported_port_profiles: [
        { profile_object_name: 'VIFPortProfileOpenVSwitch', ...versions(VIFPortProfileOpenVSwitch) },
        { profile_object_name: 'VIFPortProfileBase', ...versions(VIFPortProfileBase) },
      ],
    },
    { vif_object_name: 'VIFGeneric', ...versions(VIFGeneric), supported_port_profiles: [] },
  ]);
});

it('may announce nothing', () => expect(announce('acme', []).vif_info).toEqual([]));

it('announces no class without a version', () => {
  class VIFUnheardOf extends VIFGeneric {}
  expect(() => announce('acme', [[VIFUnheardOf, []]])).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_OBJECT', message: expect.stringContaining('VIFUnheardOf') }),
  );
});

describe('a plugin that cannot be described', () => {
  const bare = fromPrimitive({
    'versioned_object.name': 'HostPluginInfo',
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': {},
  });

  it.each<[what: string, info: unknown, message: string]>([
    ['nothing', undefined, 'describe returned undefined'],
    ['a promise', Promise.resolve(announce('bad', [])), 'describe must not be async'],
    ['an announcement without fields', bare, 'plugin_name is missing'],
    ['what only looks like one', Object.create(HostPluginInfo.prototype), 'must be a HostPluginInfo object'],
  ])('has an error, and the others are described: %s', (_, info, message) => {
    @vifPlugin({ name: 'good' })
    class Good extends Idle {
      override describe() {
        return announce('good', [[VIFBridge, []]]);
      }
    }
    @vifPlugin({ name: 'bad' })
    class Bad extends Idle {
      override describe() {
        return info as HostPluginInfo;
      }
    }
    const registry = new PluginRegistry([{ name: 'a', provides: [Bad, Good] }]);
    for (const permitted of [undefined, ['VIFBridge']]) {
      const described = describeHost(registry, permitted);
      expect(described.info.plugin_info.map(({ plugin_name }) => plugin_name)).toEqual(['good']);
      expect(described.errors).toHaveLength(1);
      expect(described.errors[0]?.message).toContain(message);
    }
  });
});
