import { execFileSync } from 'node:child_process';
import { openHost } from '@vifkit/host';
import {
  listLinks,
  makeVendorTools,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
  type VendorTools,
} from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { expectHost } from './expectation.js';
import { observeKernel } from './observe-kernel.js';
import { hostRows } from './rows.js';
import { setupOf } from './setup.js';

requireOwnNetwork();

const ip = (...args: string[]) => execFileSync('ip', args);

/** 6WIND's tool makes a link; any will do. */
const fastPath = 'case $1 in add) ip tuntap add dev "$2" mode tap;; del) ip link delete dev "$2";; esac';
const programs = new Set(hostRows.flatMap(({ expect: { vendor = [] } }) => vendor.map(([name = '']) => name)));

// This kernel need not have VLAN devices or an SR-IOV card, Open vSwitch is without DPDK, and bridges of the
// kernel's datapath need its module.
const rows = hostRows.filter(({ vif, expect: { links = {} } }) => {
  const { vhostuser_ovs_plug, vhostuser_fp_plug } = vif.details;
  const isDpdk = vhostuser_ovs_plug === true && vhostuser_fp_plug !== true;
  return !isDpdk && Object.values(links).every(({ kind, vfs }) => kind !== 'vlan' && vfs === undefined);
});

describe('the reference rows on the real kernel and Open vSwitch', () => {
  let ovs: OpenVSwitch;
  let tools: VendorTools;
  let before: string[];

  beforeAll(async () => {
    ovs = await startOpenVSwitch();
    tools = await makeVendorTools();
    for (const name of programs) await tools.put(name, name === 'fp-vdev' ? fastPath : '');
    before = listLinks();
  });
  afterAll(async () => {
    await tools.close();
    await ovs.stop();
  });
  afterEach(async () => {
    for (const bridge of (await ovs.vsctl('list-br')).split('\n').filter(Boolean)) await ovs.vsctl('del-br', bridge);
    for (const name of listLinks()) {
      if (!before.includes(name) && name !== 'ovs-netdev' && !name.startsWith('br-ex') && name !== 'br-int') {
        execFileSync('sh', ['-c', `ip link delete dev "$1" 2>/dev/null || true`, 'sh', name]);
      }
    }
    execFileSync('sh', ['-c', 'nft delete table bridge vifkit 2>/dev/null || true']);
    await expect.poll(() => listLinks().filter((name) => name !== 'ovs-netdev')).toEqual(before);
  });

  it.each(rows)('$id leaves the host as the reference does', async (row) => {
    const setup = setupOf(row);
    for (const name of [...setup.taps, ...setup.uplinks]) ip('tuntap', 'add', 'dev', name, 'mode', 'tap');
    for (const name of setup.bridges) ip('link', 'add', 'name', name, 'type', 'bridge');
    for (const name of [...Object.keys(row.expect.ovs_bridges ?? {}), ...setup.ovsBridges]) {
      await ovs.vsctl('add-br', name, '--', 'set', 'Bridge', name, 'datapath_type=netdev');
    }
    const host = openHost({ ovsdb: ovs.endpoint, reserve: true });
    const driver = driverOn(host);
    try {
      await tools.forget();
      await driver.plug(row);
      if (row.op !== 'plug') await tools.forget();
      if (row.op === 'replug') {
        const { changes } = await driver.plug(row);
        expect(changes.filter(({ kind }) => kind !== 'command')).toEqual([]);
      }
      if (row.op !== 'unplug') expect((await driver.check(row)).differences).toEqual([]);
      if (row.op === 'unplug') await driver.unplug(row);
      expect(await tools.calls()).toEqual(row.expect.vendor ?? []);
      expectHost(row, setup, await observeKernel(ovs));
    } finally {
      await driver.close();
    }
  });
});
