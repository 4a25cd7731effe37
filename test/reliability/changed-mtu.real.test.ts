import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { expect, it } from 'vitest';
import { startSwitch } from './faults/kernel-switch.js';

requireOwnNetwork();

const id = '6f9d3c52-0c5a-4c3f-9d0e-7e1f2a3b4c06';
const name = 'tap6f9d3c52-0c';

/** The VIF with its tap made by the plug: as a port, or alone. */
function request(type: 'ovs' | 'tap', mtu: number) {
  const network = { id: `5${id.slice(1)}`, bridge: 'br-int', subnets: [], meta: { mtu } };
  const details = type === 'ovs' ? { vlan: 7 } : {};
  const vif = { id, address: 'fa:16:3e:00:00:06', type, devname: name, details, network };
  return { vif, instance: { uuid: `1${id.slice(1)}`, name: 'instance-00000006' } };
}

it('a tap that was a port has the MTU of its new plug, not the one that Open vSwitch gave it', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'changed-mtu-'));
  const ovs = await startSwitch();
  const driver = createVifDriver({
    host: openHost({ ovsdb: ovs.endpoint, stateDir }),
    guests: new LibvirtGuestConfigurator(),
    plugins: await builtInPlugins(),
  });
  try {
    for (const mtu of [1300, 1350, 1400]) {
      await driver.plug(request('ovs', 1450));
      await driver.plug(request('tap', mtu));
      expect((await driver.check(request('tap', mtu))).differences).toEqual([]);
      const [link] = JSON.parse(
        execFileSync('ip', ['-json', 'link', 'show', 'dev', name], { encoding: 'utf8' }),
      );
      expect(link.mtu).toBe(mtu);
    }
    await driver.unplug(request('tap', 1400));
  } finally {
    await driver.close();
    await ovs.stop();
    rmSync(stateDir, { recursive: true });
  }
});
