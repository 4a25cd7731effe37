import { VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { broken, sound } from '../support/decorated-plugins.js';
import { runVif } from '../support/run-vif.js';

async function listed(...plugins: readonly (typeof sound)[]) {
  const { status, stdout } = await runVif(['plugins', '--format', 'json'], { plugins });
  return {
    status,
    lines: stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown),
  };
}

describe('as JSON', () => {
  it('is a line for each plugin, driver and converter', async () => {
    const { status, lines } = await listed(sound);
    const anyVersion = { minVersion: expect.any(String), maxVersion: expect.any(String) };
    expect(status).toBe(0);
    expect(lines).toEqual([
      {
        package: 'vif-sound',
        role: 'plugin',
        name: 'sound',
        vifs: [
          { class: VIFBridge.name, ...anyVersion, portProfiles: [] },
          {
            class: VIFOpenVSwitch.name,
            ...anyVersion,
            portProfiles: [{ class: VIFPortProfileOpenVSwitch.name, ...anyVersion }],
          },
        ],
        options: { mtu: 1500, uplink: 'eth0' },
        needs: [{ kind: 'program', name: 'ip', from: 'iproute2' }],
      },
      { package: 'vif-sound', role: 'driver', type: 'ivs', options: {}, needs: [] },
      { package: 'vif-sound', role: 'converter', type: 'bridge', options: {}, needs: [] },
    ]);
  });

  it('has the error of a plugin that cannot be used, and the others as ever', async () => {
    const { status, lines } = await listed(broken, sound);
    expect(status).toBe(1);
    expect(lines).toHaveLength(5);
    expect(lines.slice(0, 3)).toEqual([
      expect.objectContaining({
        name: 'unbuildable',
        error: expect.objectContaining({ code: 'PLUGIN_FAILED' }),
      }),
      expect.objectContaining({
        name: 'mute',
        error: {
          code: 'PLUGIN_FAILED',
          message: "The plugin 'mute' cannot be used: nothing to say",
          cause: { message: 'nothing to say' },
        },
      }),
      expect.objectContaining({ name: 'sound', vifs: expect.any(Array) }),
    ]);
  });
});

describe('as text', () => {
  it('is a tree a package', async () => {
    const { status, stdout } = await runVif(['plugins'], { plugins: [sound, broken] });
    expect(status).toBe(1);
    expect(stdout.replaceAll(/\d+\.\d+( to \d+\.\d+)?/g, 'N')).toBe(`vif-sound
├─ plugin sound
│    VIFBridge N
│    VIFOpenVSwitch N with VIFPortProfileOpenVSwitch N
│    option mtu: 1500
│    option uplink: eth0
│    needs ip (iproute2)
├─ driver of type ivs
└─ converter of type bridge
vif-broken
├─ ✗ plugin unbuildable
│    PLUGIN_FAILED: The plugin 'unbuildable' of vif-broken could not be built: no licence
└─ ✗ plugin mute
     PLUGIN_FAILED: The plugin 'mute' cannot be used: nothing to say
`);
  });

  it('is nothing when nothing is registered', async () => {
    expect(await runVif(['plugins'])).toMatchObject({ status: 0, stdout: '' });
  });
});

it('refuses two plugins of a name', async () => {
  expect(await runVif(['plugins'], { plugins: [sound, sound] })).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^vif: PLUGIN_CONFLICT: /),
  });
});
