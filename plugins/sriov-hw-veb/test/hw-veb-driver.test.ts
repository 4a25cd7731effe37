import { createVifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import hwVeb from '../src/index.js';
import { request, slot, withFunction } from './request.js';

function start(options: MemoryHostOptions = withFunction) {
  const host = memoryHost(options);
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [hwVeb] }),
  };
}

const noDevice: MemoryHostOptions = { pci: { [slot]: { pf: 'ens1', index: 1 } } };

describe('a macvtap on a virtual function', () => {
  it('is plugged by MAC and VLAN of the function, whose link goes up', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    expect(host.snapshot().vfs[slot]).toEqual({ mac: 'fa:16:3e:10:00:03', vlan: 100, trust: false });
    expect(host.links.snapshot().ens1v1?.up).toBe(true);
  });

  it('has no VLAN after the unplug and its link is down; the MAC address stays', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    await driver.unplug(request());
    expect(host.snapshot().vfs[slot]).toEqual({ mac: 'fa:16:3e:10:00:03', vlan: 0, trust: false });
    expect(host.links.snapshot().ens1v1?.up).toBe(false);
  });

  it('can be of a flat network, whose VLAN is 0', async () => {
    const { host, driver } = start();
    await driver.plug(request({ details: { vlan: '0' } }));
    expect(host.snapshot().vfs[slot]?.vlan).toBe(0);
  });

  it.each([true, 'true', 'True', 'yes'])(
    'is trusted until the unplug where the port asks so (%j)',
    async (trusted) => {
      const { host, driver } = start();
      await driver.plug(request({ trusted }));
      expect(host.snapshot().vfs[slot]?.trust).toBe(true);
      expect(host.links.snapshot().ens1v1?.address).toBe('fa:16:3e:10:00:03');
      await driver.unplug(request({ trusted }));
      expect(host.snapshot().vfs[slot]?.trust).toBe(false);
    },
  );

  it.each([undefined, false, 'false', 0, null, {}])('is not trusted otherwise (%j)', async (trusted) => {
    const { host, driver } = start();
    await driver.plug(request({ trusted }));
    expect(host.snapshot().vfs[slot]?.trust).toBe(false);
  });

  it('is taken back whole when the link does not go up', async () => {
    const { host, driver } = start();
    const before = host.snapshot();
    host.failAt(({ part }) => part === 'links');
    await expect(driver.plug(request())).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect(host.snapshot()).toEqual(before);
  });

  it('is a direct interface to libvirt, passed through by vhost, without a VLAN', async () => {
    const flavor = { vcpus: 4, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const image = { properties: { hw_vif_multiqueue_enabled: 'true' } };
    const { device } = await start().driver.config({ ...request(), flavor, image });
    expect(device.toXml()).toBe(`<interface type="direct">
  <mac address="fa:16:3e:10:00:03"/>
  <model type="virtio"/>
  <driver name="vhost" queues="4"/>
  <source dev="ens1v1" mode="passthrough"/>
  <bandwidth>
    <inbound average="1000"/>
  </bandwidth>
</interface>
`);
  });
});

describe('a virtual function that the guest has', () => {
  it('is left to libvirt by plug and unplug, be it there or not', async () => {
    const { host, driver } = start({});
    await driver.plug(request({ vnicType: 'direct' }));
    await driver.unplug(request({ vnicType: 'direct' }));
    expect(host.writes).toEqual([]);
  });

  it('is a hostdev interface to libvirt, with its VLAN and without model and driver', async () => {
    const { device } = await start({}).driver.config(request({ vnicType: 'direct' }));
    expect(device.toXml()).toBe(`<interface type="hostdev" managed="yes">
  <mac address="fa:16:3e:10:00:03"/>
  <source>
    <address type="pci" domain="0x0000" bus="0x03" slot="0x10" function="0x2"/>
  </source>
  <vlan>
    <tag id="100"/>
  </vlan>
</interface>
`);
  });
});

describe('a virtual function that cannot be used', () => {
  it.each([
    ['is not there', {}],
    ['has no network device', noDevice],
  ])('is refused where it %s', async (_, options) => {
    const { host, driver } = start(options);
    await expect(driver.config(request())).rejects.toMatchObject({ code: 'PCI_DEVICE_NOT_FOUND' });
    await expect(driver.plug(request())).rejects.toMatchObject({ code: 'PCI_DEVICE_NOT_FOUND' });
    expect(host.writes).toEqual([]);
  });

  it('has nothing left to unplug where it is gone', async () => {
    const { host, driver } = start({});
    expect((await driver.unplug(request())).changes).toEqual([]);
    expect(host.writes).toEqual([]);
  });

  it('loses its VLAN where only its network device is gone', async () => {
    const { host, driver } = start(noDevice);
    const { changes } = await driver.unplug(request());
    expect(changes).toEqual([]);
    expect(host.snapshot().vfs[slot]?.vlan).toBe(0);
  });

  it.each([
    ['PCI address', { profile: {} }, 'pci_slot'],
    ['VLAN', { details: {} }, 'vlan'],
  ])('is refused without its %s', async (_, sketch, field) => {
    for (const vnicType of ['direct', 'macvtap']) {
      const config = start().driver.config(request({ vnicType, ...sketch }));
      await expect(config).rejects.toMatchObject({
        code: 'INVALID_VIF',
        message: expect.stringContaining(field),
      });
    }
    await expect(start().driver.plug(request(sketch))).rejects.toMatchObject({ code: 'INVALID_VIF' });
  });
});
