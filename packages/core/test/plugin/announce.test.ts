import { expect, it } from 'vitest';
import { identityOfClass } from '../../src/os-vif/registry.js';
import {
  HostPluginInfo,
  VIFBridge,
  VIFGeneric,
  VIFPortProfileBase,
  VIFPortProfileOpenVSwitch,
} from '../../src/os-vif.js';
import { announce } from '../../src/plugin/announce.js';

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
