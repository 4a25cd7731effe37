import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { expect, it } from 'vitest';
import hostdevPhysical from '../src/index.js';
import { request } from './request.js';

function start() {
  const host = memoryHost();
  const guests = new LibvirtGuestConfigurator();
  return { host, driver: createVifDriver({ host, guests, plugins: [hostdevPhysical] }) };
}

it('is the PCI function itself to libvirt', async () => {
  const { device } = await start().driver.config(request('0000:a7:08.7'));
  const xml = device.toXml();
  expect(xml).toContain('<hostdev mode="subsystem" type="pci" managed="yes">');
  expect(xml).toContain('<address domain="0x0000" bus="0xa7" slot="0x08" function="0x7"/>');
});

it('needs nothing on the host', async () => {
  const { host, driver } = start();
  expect((await driver.plug(request('0000:a7:08.7'))).changes).toEqual([]);
  expect((await driver.unplug(request('0000:a7:08.7'))).changes).toEqual([]);
  expect(host.writes).toEqual([]);
});

it('needs a PCI function', async () => {
  await expect(start().driver.config(request())).rejects.toMatchObject({
    code: 'INVALID_VIF',
    message: 'vif.profile.pci_slot is missing, and this VIF type needs it',
  });
});
