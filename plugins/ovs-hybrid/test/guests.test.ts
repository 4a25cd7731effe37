import { Network, VIFOpenVSwitch, VIFPortProfileOpenVSwitch, VIFVHostUser } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ovs from '../src/index.js';
import { address, id, instance, request } from './request.js';

function start(options?: MemoryHostOptions) {
  const host = memoryHost(options);
  return {
    host,
    driver: createVifDriver({
      host,
      guests: new LibvirtGuestConfigurator(),
      plugins: [ovs],
      routing: 'current',
    }),
  };
}

const vf = '0000:3b:00.2';
const card = (vdpaDevice?: string): MemoryHostOptions => ({
  pci: {
    [vf]: {
      pf: 'ens1',
      index: 2,
      representor: { pfAddress: '0000:3b:00.0', netDevice: 'ens1_2' },
      ...(vdpaDevice !== undefined && { vdpaDevice }),
    },
  },
});
const vdpa = request({}, {}, { vnic_type: 'vdpa', profile: { pci_slot: vf } });

describe('a VIF of the vNIC type vdpa', () => {
  it('is the vDPA device of its function to libvirt, and its representor to the switch', async () => {
    const { host, driver } = start(card('/dev/vhost-vdpa-4'));
    const { device } = await driver.config(vdpa);
    expect(device.toXml()).toBe(`<interface type="vdpa">
  <mac address="${address}"/>
  <source dev="/dev/vhost-vdpa-4"/>
</interface>
`);
    expect(device.hostLink).toBeUndefined();
    await driver.plug(vdpa);
    expect(host.ovs.snapshot().ports.ens1_2).toMatchObject({ bridge: 'br-int' });
    expect(host.links.snapshot().ens1_2).toMatchObject({ up: true });
    await driver.unplug(vdpa);
    expect(host.ovs.snapshot().ports).not.toHaveProperty('ens1_2');
  });

  it('is refused where its function has no vDPA device, or libvirt knows none', async () => {
    const without = start(card()).driver.config(vdpa);
    await expect(without).rejects.toMatchObject({
      code: 'PCI_DEVICE_NOT_FOUND',
      message: expect.stringContaining('vdpa dev add'),
    });
    const old = start(card('/dev/vhost-vdpa-4')).driver.config({
      ...vdpa,
      host: { libvirt_version: [6, 8, 0] },
    });
    await expect(old).rejects.toMatchObject({ code: 'UNSUPPORTED_CONFIG' });
  });
});

describe('a vhost-user VIF', () => {
  const vif = new VIFVHostUser({
    id,
    address,
    plugin: 'ovs',
    mode: 'server',
    path: '/run/vhu',
    network: new Network({ id, bridge: 'br-int' }),
    port_profile: new VIFPortProfileOpenVSwitch({ interface_id: id }),
  });

  it.each([
    ['of another card', { image: { properties: { hw_vif_model: 'e1000' } } }],
    ['of a host without virtio', { host: { use_virtio_for_bridges: false } }],
    ['in a container', { host: { virt_type: 'lxc' } }],
  ])('is refused for a guest %s, before anything is written', async (_, guest) => {
    const { host, driver } = start();
    const given = { vif, instance, ...guest };
    await expect(driver.config(given)).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL' });
    await expect(driver.plug(given)).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL' });
    expect(host.writes).toEqual([]);
    await driver.unplug(given); // what was plugged once can always be unplugged
  });
});

describe('the tap of an object that came as one', () => {
  const objectOf = (multiqueue: boolean) =>
    new VIFOpenVSwitch({
      id,
      address,
      plugin: 'ovs',
      vif_name: 'tapac3e2f74-81',
      network: new Network({ id, bridge: 'br-int' }),
      port_profile: new VIFPortProfileOpenVSwitch({ interface_id: id, create_tap: true, multiqueue }),
    });
  const asking = { flavor: { vcpus: 4 }, image: { properties: { hw_vif_multiqueue_enabled: 'true' } } };

  it.each([
    ['several queues, as both say', true, asking, true, 'queues="4"'],
    ['one, as the object says', false, asking, false, undefined],
    ['one, as neither says otherwise', false, {}, false, undefined],
    ['one, for a guest without KVM', true, { ...asking, host: { virt_type: 'qemu' } }, false, undefined],
  ])('has %s', async (_, multiqueue, guest, multiQueue, queues) => {
    const { host, driver } = start();
    const given = { vif: objectOf(multiqueue), instance, ...guest };
    const { device } = await driver.config(given);
    expect(/queues="\d+"/.exec(device.toXml())?.[0]).toBe(queues);
    await driver.plug(given);
    expect(host.links.snapshot()['tapac3e2f74-81']?.tap).toMatchObject({ multiQueue, owner: 0 });
  });

  it('has several queues without a flavor, for which there is no device', async () => {
    const { host, driver } = start();
    const given = { vif: objectOf(true), instance };
    await driver.plug(given);
    expect(host.links.snapshot()['tapac3e2f74-81']?.tap?.multiQueue).toBe(true);
    await expect(driver.config(given)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
