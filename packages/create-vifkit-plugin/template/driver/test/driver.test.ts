import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import offered from '../src/index.js';
import { instance, vif } from './promises.js';

it('makes a tap of the MTU of the options', async () => {
  const host = memoryHost();
  const driver = createVifDriver({
    host,
    guests: new LibvirtGuestConfigurator(),
    plugins: [offered],
    options: { __PLUGIN__: { mtu: 9000 } },
  });
  await driver.plug({ vif, instance });
  assert.equal(host.snapshot().links['tap6f1c9a3e-52']?.mtu, 9000);
  await driver.unplug({ vif, instance });
  assert.deepEqual(host.snapshot().links, {});
  await driver.close();
});
