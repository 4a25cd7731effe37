import { type Announced, announce, describeHost, PluginRegistry, vifPlugin } from '@vifkit/core';
import { VIFBridge, VIFGeneric, VIFOpenVSwitch, VIFVHostUser } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { Idle } from '../../../core/test/plugin/support/idle.js';
import { benchWith } from './support/bench.js';

function pluginOf(name: string, describe: () => unknown) {
  @vifPlugin({ name })
  class Made extends Idle {
    override describe() {
      return describe() as ReturnType<Idle['describe']>;
    }
  }
  return Made;
}

const taking = (name: string, ...announced: Announced[]) => pluginOf(name, () => announce(name, announced));

const provides = [
  taking('ovs', [VIFBridge, []], [VIFOpenVSwitch, []]),
  taking('noop', [VIFVHostUser, []]),
  taking('linux_bridge', [VIFBridge, []]),
  taking('idle'),
];
const { driver } = benchWith(provides);

const told = (permitted?: readonly string[]) =>
  driver
    .hostInfo(permitted)
    .plugin_info.map(({ plugin_name, vif_info }) => [
      plugin_name,
      ...vif_info.map((vif) => vif.vif_object_name),
    ]);

describe("a host's info", () => {
  it('has what each plugin announces, in the order of their names', () => {
    expect(told()).toEqual([
      ['idle'],
      ['linux_bridge', 'VIFBridge'],
      ['noop', 'VIFVHostUser'],
      ['ovs', 'VIFBridge', 'VIFOpenVSwitch'],
    ]);
  });

  it('has only what is permitted, and only plugins that take some of it', () => {
    expect(told(['VIFOpenVSwitch', 'VIFVHostUser'])).toEqual([
      ['noop', 'VIFVHostUser'],
      ['ovs', 'VIFOpenVSwitch'],
    ]);
    expect(told(['VIFBridge'])).toEqual([
      ['linux_bridge', 'VIFBridge'],
      ['ovs', 'VIFBridge'],
    ]);
  });

  it('is empty where nothing is permitted, or nothing that there is', () => {
    expect(told([])).toEqual([]);
    expect(told(['VIFUnheardOf'])).toEqual([]);
  });
});

describe('plugins that cannot report', () => {
  const mute = pluginOf('mute', () => {
    throw new Error('nothing to say');
  });
  const vague = pluginOf('vague', () => ({ plugin_name: 'vague' }));
  const all = [mute, vague, taking('noop', [VIFGeneric, []])];

  it('are left out, with their errors', () => {
    const { info, errors } = describeHost(new PluginRegistry([{ name: 'p', provides: all }]));
    expect(info.plugin_info.map(({ plugin_name }) => plugin_name)).toEqual(['noop']);
    expect(errors).toEqual([
      expect.objectContaining({
        code: 'PLUGIN_FAILED',
        message: expect.stringMatching(/'mute'.*nothing to say/),
      }),
      expect.objectContaining({ code: 'PLUGIN_FAILED', message: expect.stringContaining("'vague'") }),
    ]);
  });

  it('fail a driver, whose callers must not take a part for the whole', () => {
    expect(() => benchWith(all).driver.hostInfo()).toThrow(
      expect.objectContaining({ code: 'PLUGIN_FAILED' }),
    );
  });
});
