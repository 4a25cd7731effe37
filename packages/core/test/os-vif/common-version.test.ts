import { describe, expect, it } from 'vitest';
import { announcedPlugin, announcedVif, commonVersion } from '../../src/os-vif/host-info.js';
import { identityOfClass, versionedObject } from '../../src/os-vif/registry.js';
import {
  HostInfo,
  HostPluginInfo,
  HostPortProfileInfo,
  HostVIFInfo,
  VIFBridge,
  VIFPortProfileBase,
  VIFPortProfileOpenVSwitch,
} from '../../src/os-vif.js';
import { announce } from '../../src/plugin/announce.js';

const vif = (vif_object_name: string, min_version: string, max_version: string) =>
  new HostVIFInfo({ vif_object_name, min_version, max_version });
const profile = (profile_object_name: string, min_version: string, max_version: string) =>
  new HostPortProfileInfo({ profile_object_name, min_version, max_version });

describe('the common version', () => {
  it('is the one known here, where the plugin understands it', () => {
    const { version } = identityOfClass(VIFPortProfileOpenVSwitch);
    expect(commonVersion(profile('VIFPortProfileOpenVSwitch', '1.0', version))).toBe(version);
    expect(commonVersion(profile('VIFPortProfileOpenVSwitch', version, version))).toBe(version);
    expect(commonVersion(profile('VIFPortProfileOpenVSwitch', '1.2', '1.10'))).toBe(version);
    expect(commonVersion(vif('VIFBridge', '1.0', '2.0'))).toBe(identityOfClass(VIFBridge).version);
  });

  it.each([
    ['older', vif('VIFVHostUser', '1.0', '1.0')],
    ['newer', vif('VIFVHostUser', '1.2', '1.4')],
    ['of another major', vif('VIFVHostUser', '2.0', '2.1')],
    ['older, of a port profile', profile('VIFPortProfileOpenVSwitch', '1.0', '1.3')],
  ])('does not exist where the plugin understands only %s', (_, announced) => {
    expect(() => commonVersion(announced)).toThrow(
      expect.objectContaining({
        code: 'NO_COMMON_VERSION',
        message: expect.stringContaining('update whichever is older'),
      }),
    );
  });

  it.each([
    vif('VIFUnheardOf', '1.0', '1.0'),
    profile('VIFPortProfileUnheardOf', '1.0', '1.0'),
    vif('toString', '1.0', '1.0'),
  ])('does not exist of a class that is not known: %j', (announced) => {
    expect(() => commonVersion(announced)).toThrow(expect.objectContaining({ code: 'UNKNOWN_OBJECT' }));
  });
});

@versionedObject({ name: 'VIFPortProfileLane', namespace: 'acme', version: '1.3' })
class VIFPortProfileLane extends VIFPortProfileBase {}

describe("a vendor's class", () => {
  it('is found by its name: an announcement has no namespaces', () => {
    const [announced] = announce('acme', [[VIFBridge, [VIFPortProfileLane]]]).vif_info;
    const lane = announced?.supported_port_profiles?.[0];
    expect(lane && commonVersion(lane)).toBe('1.3');
    expect(() => commonVersion(profile('VIFPortProfileLane', '1.0', '1.2'))).toThrow(/here it is 1.3/);
  });
});

describe('what a host announces', () => {
  const ovs = announce('ovs', [[VIFBridge, []]]);
  const info = new HostInfo({
    plugin_info: [new HostPluginInfo({ plugin_name: 'noop', vif_info: [] }), ovs],
  });

  it('is found by plugin and class', () => {
    expect(announcedPlugin(info, 'ovs')).toBe(ovs);
    expect(announcedVif(ovs, 'VIFBridge')).toBe(ovs.vif_info[0]);
  });

  it('is refused by code where there is none', () => {
    expect(() => announcedPlugin(info, 'ivs')).toThrow(
      expect.objectContaining({ code: 'NO_MATCHING_PLUGIN', message: expect.stringContaining('noop, ovs') }),
    );
    expect(() => announcedVif(ovs, 'VIFDirect')).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_VIF',
        message: expect.stringContaining('It takes VIFBridge'),
      }),
    );
  });
});
