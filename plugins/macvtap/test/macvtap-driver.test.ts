import { createVifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type LinkSpec, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import macvtap from '../src/index.js';
import { onVlan, plain, request } from './request.js';

function start(...links: LinkSpec[]) {
  const host = memoryHost({ links: [{ name: 'eth0', mtu: 9000 }, ...links] });
  const guests = new LibvirtGuestConfigurator();
  return { host, driver: createVifDriver({ host, guests, plugins: [macvtap] }) };
}

describe('a VIF of type macvtap', () => {
  it('is a macvtap of libvirt’s, with a virtio card', async () => {
    const image = { properties: { hw_vif_model: 'e1000' } };
    const { device } = await start().driver.config({ ...request(plain), image });
    expect(device.toXml()).toContain('<interface type="direct">');
    expect(device.toXml()).toContain('<source dev="eth0" mode="bridge"/>');
    expect(device.toXml()).toContain('<model type="virtio"/>');
  });

  it('is refused without what libvirt must be told', async () => {
    await expect(start().driver.config(request({ macvtap_mode: 'vepa' }))).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: /macvtap_source, vif\.details\.physical_interface are missing/,
    });
  });

  it('needs nothing on the host without a VLAN', async () => {
    const { host, driver } = start();
    await driver.plug(request(plain));
    expect(host.writes).toEqual([]);
  });
});

describe('the VLAN below it', () => {
  it('is made upon the physical link, up, with that link’s MTU', async () => {
    const { host, driver } = start();
    await driver.plug(request(onVlan));
    expect(host.links.snapshot()).toMatchObject({
      eth0: { up: true },
      vlan1871: { type: 'vlan', vlan: { link: 'eth0', id: 1871 }, up: true, mtu: 9000 },
    });
  });

  it('has Nova’s name for it where Neutron names none', async () => {
    const { host, driver } = start();
    await driver.plug(request({ vlan: 7, physical_interface: 'eth0' }));
    expect(host.links.snapshot()).toHaveProperty('vlan7');
  });

  it('is shared: others find it made, and an unplug leaves it to them', async () => {
    const { host, driver } = start();
    const other = request(onVlan, '4b3afaf3-8051-4c6d-ae7f-2a3b4c5d6e04');
    await driver.plugAll([request(onVlan), other]);
    const made = host.links.snapshot();
    await driver.unplug(request(onVlan));
    expect(host.links.snapshot()).toEqual(made);
    expect((await driver.plug(other)).changes).toEqual([]);
  });

  it('is not another link of its name', async () => {
    const { driver } = start({ name: 'vlan1871', type: 'vlan', vlan: { link: 'eth0', id: 7 } });
    await expect(driver.plug(request(onVlan))).rejects.toMatchObject({
      cause: { code: 'LINK_KIND_MISMATCH' },
    });
  });

  it('needs the link below', async () => {
    const { driver } = start();
    const { physical_interface: _, ...details } = onVlan;
    await expect(driver.plug(request(details))).rejects.toMatchObject({ code: 'INVALID_VIF' });
    await expect(driver.plug(request({ ...onVlan, physical_interface: 'eth9' }))).rejects.toMatchObject({
      cause: { code: 'LINK_NOT_FOUND' },
    });
  });
});
