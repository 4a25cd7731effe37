import { execFileSync } from 'node:child_process';
import { openHost } from '@vifkit/host';
import { listLinks, type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { expectHost } from './expectation.js';
import { observeKernel } from './observe-kernel.js';
import { hostRows } from './rows.js';
import { setupOf } from './setup.js';

requireOwnNetwork();

const ip = (...args: string[]) => execFileSync('ip', args);

// This kernel need not have VLAN devices, and bridges of the kernel's datapath need its module.
const rows = hostRows.filter(({ expect: { links = {} } }) =>
  Object.values(links).every(({ kind }) => kind !== 'vlan'),
);

describe('the reference rows on the real kernel and Open vSwitch', () => {
  let ovs: OpenVSwitch;
  let before: string[];

  beforeAll(async () => {
    ovs = await startOpenVSwitch();
    before = listLinks();
  });
  afterAll(() => ovs.stop());
  afterEach(async () => {
    for (const bridge of (await ovs.vsctl('list-br')).split('\n').filter(Boolean)) await ovs.vsctl('del-br', bridge);
    for (const name of listLinks()) {
      if (!before.includes(name) && name !== 'ovs-netdev' && !name.startsWith('br-ex') && name !== 'br-int') {
        execFileSync('sh', ['-c', `ip link delete dev "$1" 2>/dev/null || true`, 'sh', name]);
      }
    }
    await expect.poll(() => listLinks().filter((name) => name !== 'ovs-netdev')).toEqual(before);
  });

  it.each(rows)('$id leaves the host as the reference does', async (row) => {
    const setup = setupOf(row);
    for (const name of [...setup.taps, ...setup.uplinks]) ip('tuntap', 'add', 'dev', name, 'mode', 'tap');
    for (const name of setup.bridges) ip('link', 'add', 'name', name, 'type', 'bridge');
    for (const name of Object.keys(row.expect.ovs_bridges ?? {})) {
      await ovs.vsctl('add-br', name, '--', 'set', 'Bridge', name, 'datapath_type=netdev');
    }
    const host = openHost({ ovsdb: ovs.endpoint });
    const driver = driverOn(host);
    try {
      await driver.plug(row);
      if (row.op === 'replug') expect((await driver.plug(row)).changes).toEqual([]);
      if (row.op !== 'unplug') expect((await driver.check(row)).differences).toEqual([]);
      if (row.op === 'unplug') await driver.unplug(row);
      expectHost(row, setup, await observeKernel(ovs));
    } finally {
      await driver.close();
    }
  });
});
