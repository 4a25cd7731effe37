import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { expectHost } from './expectation.js';
import { observeMemory } from './observe-memory.js';
import { hostRows } from './rows.js';
import { setupOf } from './setup.js';

describe('the reference rows on the in-memory host', () => {
  it.each(hostRows)('$id leaves the host as the reference does', async (row) => {
    const setup = setupOf(row);
    const host = memoryHost({
      links: [
        ...setup.taps.map((name) => ({ name, type: 'tap' })),
        ...setup.uplinks.map((name) => ({ name, type: '' })),
        ...setup.bridges.map((name) => ({ name, type: 'bridge' })),
      ],
    });
    const driver = driverOn(host);
    await driver.plug(row);
    if (row.op === 'replug') expect((await driver.plug(row)).changes).toEqual([]);
    if (row.op === 'unplug') await driver.unplug(row);
    expectHost(row, setup, observeMemory(host));
    for (const [name, bridge] of Object.entries(row.expect.ovs_bridges ?? {})) {
      expect(host.ovs.snapshot().bridges[name]?.datapathType).toBe(bridge.datapath_type);
    }
  });
});
