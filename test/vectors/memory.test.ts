import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { expectHost } from './expectation.js';
import { observeMemory } from './observe-memory.js';
import { hostRows } from './rows.js';
import { type Setup, setupOf } from './setup.js';

/** 6WIND's tool makes the links that it is asked for. */
const fastPath: Required<MemoryHostOptions>['commands'] = {
  'fp-vdev': {
    effect: ([, operation, name = ''], links) => {
      if (operation === 'add') links.put({ name });
      else links.remove(name);
    },
  },
};

function hostWith({ taps, uplinks, bridges, ovsBridges, functions, vfs }: Setup) {
  return memoryHost({
    links: [
      ...taps.map((name) => ({ name, type: 'tap' })),
      ...uplinks.map((name) => ({ name, type: '' })),
      ...bridges.map((name) => ({ name, type: 'bridge' })),
    ],
    ovsBridges,
    pci: functions,
    vfs,
    commands: fastPath,
  });
}

describe('the reference rows on the in-memory host', () => {
  it.each(hostRows)('$id leaves the host as the reference does', async (row) => {
    const setup = setupOf(row);
    const host = hostWith(setup);
    const driver = driverOn(host);
    for (const companion of setup.companions) await driver.plug(companion);
    if (row.op !== 'plug') await driver.plug(row);
    const ran = host.commands.log.length;
    const { changes } = await driver[row.op === 'unplug' ? 'unplug' : 'plug'](row);
    if (row.op === 'replug') expect(changes.filter(({ kind }) => kind !== 'command')).toEqual([]);
    expect(host.commands.log.slice(ran)).toEqual(row.expect.vendor ?? []);
    expectHost(row, setup, observeMemory(host, setup));
    for (const [name, bridge] of Object.entries(row.expect.ovs_bridges ?? {})) {
      expect(host.ovs.snapshot().bridges[name]?.datapathType).toBe(bridge.datapath_type);
    }
  });
});
