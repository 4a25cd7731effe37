import { VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { conformance } from '@vifkit/testkit/conformance';
import { expect, it } from 'vitest';
import acme from './acme-plugin.js';

const id = '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05';
const instance = { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805', name: 'instance-00000005' };
const vif = new VIFGeneric({ id, plugin: 'acme', address: 'fa:16:3e:10:00:05', vif_name: 'tap6f1c9a3e-52' });
const request = { id: 'a port', vif, instance };

await conformance({ plugins: acme, requests: [request] });

it('binds the port to its instance', async () => {
  const host = memoryHost();
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [acme] });
  await driver.plug(request);
  expect(host.commands.log).toEqual([['acmectl', 'bind', id, 'tap6f1c9a3e-52', instance.uuid]]);
});
