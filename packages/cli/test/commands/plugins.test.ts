import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
    const from = { package: 'vif-sound', version: null, path: null, namedBy: 'vif', contract: 1 };
    expect(status).toBe(0);
    expect(lines).toEqual([
      {
        ...from,
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
        options: {
          mtu: { value: 1500, default: 1500, source: 'default', variable: 'VIF_SOUND_MTU' },
          uplink: { value: 'eth0', default: 'eth0', source: 'default', variable: 'VIF_SOUND_UPLINK' },
        },
        needs: [{ kind: 'program', name: 'ip', from: 'iproute2' }],
      },
      { ...from, role: 'driver', type: 'ivs', options: {}, needs: [] },
      { ...from, role: 'converter', type: 'bridge', routing: 'current', options: {}, needs: [] },
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
          message: "The plugin 'mute' cannot say which VIFs it supports: nothing to say",
          cause: { message: 'nothing to say' },
        },
      }),
      expect.objectContaining({ name: 'sound', vifs: expect.any(Array) }),
    ]);
  });
});

describe('options', () => {
  const settings = (stdout: string) => JSON.parse(stdout.split('\n')[0] ?? '').options;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
    file = join(folder, 'vif.json');
    await writeFile(file, JSON.stringify({ plugins: { sound: { mtu: 9000, uplink: 'eth1' } } }));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are from the file, or the environment before it, and say so', async () => {
    const args = ['plugins', '--format', 'json', '--config', file];
    const { stdout } = await runVif(args, { plugins: [sound], env: { VIF_SOUND_MTU: '1400' } });
    expect(settings(stdout)).toEqual({
      mtu: { value: 1400, default: 1500, source: 'VIF_SOUND_MTU', variable: 'VIF_SOUND_MTU' },
      uplink: { value: 'eth1', default: 'eth0', source: file, variable: 'VIF_SOUND_UPLINK' },
    });
  });

  it('have their origin in the tree', async () => {
    const env = { VIF_SOUND_MTU: '1400' };
    const { stdout } = await runVif(['plugins'], { plugins: [sound], env });
    expect(stdout).toContain('option mtu: 1400 (from VIF_SOUND_MTU; default 1500)');
    expect(stdout).toContain('option uplink: eth0 (VIF_SOUND_UPLINK)');
  });

  it.each([
    [{ VIF_SOUND_MTU: 'big' }, 'VIF_SOUND_MTU must be a number'],
    [{ VIF_SOUND_MTU: '1' }, '(from VIF_SOUND_MTU)'],
    [
      { VIF_SUOND_MTU: '1' },
      'The environment variable VIF_SUOND_MTU sets no option. Did you mean VIF_SOUND_MTU?',
    ],
    [{ VIF_TIMOUT: '1' }, 'The environment variable VIF_TIMOUT sets no option. Did you mean VIF_TIMEOUT?'],
  ])('that are invalid in the environment are wrong usage: %j', async (env, message) => {
    for (const name of ['plugins', 'doctor', 'host-info']) {
      const { status, stderr } = await runVif([name], { plugins: [sound], env });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^vif: INVALID_OPTIONS: /);
      expect(stderr).toContain(message);
    }
  });

  it("are not those that the command's own variables set", async () => {
    const env = {
      VIF_OVSDB: 'unix:/run/db.sock',
      VIF_TIMEOUT: '7',
      VIF_CONFIG: file,
      VIF_CONNECT: 'qemu:///system', // of vif attach, and exported for good
    };
    expect(await runVif(['plugins'], { plugins: [sound], env })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('as text', () => {
  it('is a tree a package', async () => {
    const { status, stdout } = await runVif(['plugins'], { plugins: [sound, broken] });
    expect(status).toBe(1);
    expect(stdout.replaceAll(/\d+\.\d+( to \d+\.\d+)?/g, 'N')).toBe(`vif-sound (contract 1, comes with vif)
├─ plugin sound
│    VIFBridge N
│    VIFOpenVSwitch N with VIFPortProfileOpenVSwitch N
│    option mtu: 1500 (VIF_SOUND_MTU)
│    option uplink: eth0 (VIF_SOUND_UPLINK)
│    needs ip (iproute2)
├─ driver of type ivs
└─ converter of type bridge for routing current
vif-broken (contract 1, comes with vif)
├─ ✗ plugin unbuildable
│    PLUGIN_FAILED: The plugin 'unbuildable' of vif-broken could not be built: no licence
└─ ✗ plugin mute
     PLUGIN_FAILED: The plugin 'mute' cannot say which VIFs it supports: nothing to say
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
