import { VIFHostDevice, VIFVHostUser } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { conformance } from '@vifkit/testkit/conformance';
import { expect, it } from 'vitest';
import noop from '../src/index.js';

const vif = new VIFVHostUser({
  id: 'bd4f3085-926e-4ebf-8a3f-5281adc47f04',
  address: 'fa:16:3e:10:00:04',
  plugin: 'noop',
  vif_name: 'vhubd4f3085-92',
  path: '/run/vhost/vhubd4f3085-92',
  mode: 'server',
});
const request = { vif, instance: { uuid: '31326f70-4e5d-4f90-81b2-c3d4e5f60704' } };

const device = new VIFHostDevice({
  id: 'bd4f3085-926e-4ebf-8a3f-5281adc47f04',
  address: 'fa:16:3e:10:00:04',
  plugin: 'noop',
  dev_type: 'ethernet',
  dev_address: '0000:3f:0e.4',
});

await conformance({ plugins: noop, requests: [request, { ...request, id: 'a device', vif: device }] });

it('leaves the device to the object', async () => {
  const guests = new LibvirtGuestConfigurator();
  const driver = createVifDriver({ host: memoryHost(), guests, plugins: [noop] });
  const { path, plugin, device } = await driver.config(request);
  expect({ path, plugin }).toEqual({ path: 'os-vif', plugin: 'noop' });
  expect(device.toXml()).toContain('path="/run/vhost/vhubd4f3085-92"');
});
