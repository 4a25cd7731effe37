import { fromPrimitive, HostInfo } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { broken, sound } from '../support/decorated-plugins.js';
import { runVif } from '../support/run-vif.js';

describe('as JSON', () => {
  it("is os-vif's object of what the plugins announce", async () => {
    const { status, stdout } = await runVif(['host-info', '--format', 'json'], { plugins: [sound] });
    expect(status).toBe(0);
    const info = fromPrimitive(JSON.parse(stdout));
    expect(info).toBeInstanceOf(HostInfo);
    expect(info).toMatchObject({
      plugin_info: [
        {
          plugin_name: 'sound',
          vif_info: [
            { vif_object_name: 'VIFBridge', supported_port_profiles: [] },
            {
              vif_object_name: 'VIFOpenVSwitch',
              supported_port_profiles: [{ profile_object_name: 'VIFPortProfileOpenVSwitch' }],
            },
          ],
        },
      ],
    });
  });
});

describe('with --permit', () => {
  const permitted = async (...classes: readonly string[]) => {
    const { stdout } = await runVif(['host-info', '--format', 'json', '--permit', ...classes], {
      plugins: [sound],
    });
    const { plugin_info } = fromPrimitive(JSON.parse(stdout), HostInfo);
    return plugin_info.map(({ vif_info }) => vif_info.map(({ vif_object_name }) => vif_object_name));
  };

  it('reports only those classes, and only of plugins that take one', async () => {
    expect(await permitted('VIFOpenVSwitch', 'VIFDirect')).toEqual([['VIFOpenVSwitch']]);
    expect(await permitted('VIFDirect')).toEqual([]);
  });

  it('says so if no plugin takes them', async () => {
    const given = { plugins: [sound] };
    const { status, stdout } = await runVif(['host-info', '--permit', 'VIFDirect', 'VIFNestedDPDK'], given);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'no plugin supports VIFDirect or VIFNestedDPDK\n',
    });
  });

  it.each([['text'], ['json']])(
    'refuses a class that there is not, with those that there are (%s)',
    async (format) => {
      const args = ['host-info', '--format', format, '--permit', 'VIFDirect', 'VIFBrige'];
      const { status, stdout, stderr } = await runVif(args, { plugins: [sound] });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(
        /no VIF class 'VIFBrige'; did you mean 'VIFBridge'\? Known are .*VIFBridge, .*VIFDirect,/,
      );
      expect(stderr).not.toContain('VIFBase');
    },
  );

  it('is wrong usage without a class', async () => {
    expect(await runVif(['host-info', '--permit'])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('as text', () => {
  it('is a table', async () => {
    const { status, stdout } = await runVif(['host-info'], { plugins: [sound] });
    expect(status).toBe(0);
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    const version = expect.stringMatching(/^\d+\.\d+( to \d+\.\d+)?$/);
    expect(cells).toEqual([
      ['PLUGIN', 'VIF', 'VERSIONS', 'PORT PROFILE', 'VERSIONS'],
      ['sound', 'VIFBridge', version],
      ['sound', 'VIFOpenVSwitch', version, 'VIFPortProfileOpenVSwitch', version],
    ]);
    const columns = stdout.split('\n').map((line) => line.search(/VIF/));
    expect(new Set(columns.slice(0, -1)).size).toBe(1);
  });
});

it('leaves out a plugin that cannot describe itself, with its error and status 1', async () => {
  const { status, stdout, stderr } = await runVif(['host-info'], { plugins: [broken, sound] });
  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^vif: PLUGIN_FAILED: .*mute/),
    expect.stringMatching(/^vif: PLUGIN_FAILED: .*unbuildable/),
  ]);
  expect(stdout).toContain('sound');
});
