import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ibHostdev from '../src/index.js';
import { address, instanceId, pciSlot, request } from './request.js';

const addition = (fabric: string) => {
  return ['ebrctl', 'add-port', address, instanceId, fabric, 'ib_hostdev', pciSlot];
};
const removal = (fabric: string) => ['ebrctl', 'del-port', fabric, address];
const inFabric = { meta: { physical_network: 'fabric1' } };

function start() {
  const host = memoryHost();
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [ibHostdev] }),
  };
}

describe('a VIF of type ib_hostdev', () => {
  it('has a port in its fabric from plug to unplug, and no link', async () => {
    const { host, driver } = start();
    const before = host.snapshot();
    await driver.plug(request(inFabric));
    expect(host.commands.log).toEqual([addition('fabric1')]);
    expect(host.snapshot()).toEqual(before);
    await driver.unplug(request(inFabric));
    expect(host.commands.log).toEqual([addition('fabric1'), removal('fabric1')]);
  });

  it.each([
    ["the network's", { meta: { physical_network: 'a' }, details: { physical_network: 'b' } }, 'a'],
    ["the details' where the network has none", { details: { physical_network: 'b' } }, 'b'],
    [
      "the details' where the network's is empty",
      { meta: { physical_network: '' }, details: { physical_network: 'b' } },
      'b',
    ],
  ])('is in %s physical network', async (_, given, fabric) => {
    const { host, driver } = start();
    await driver.plug(request(given));
    expect(host.commands.log).toEqual([addition(fabric)]);
  });

  it.each(['plug', 'unplug'] as const)(
    'is refused by %s without a physical network of its own',
    async (operation) => {
      const { host, driver } = start();
      const given = request({ profile: { pci_slot: pciSlot, physical_network: 'of the device' } });
      await expect(driver[operation](given)).rejects.toMatchObject({
        code: 'INVALID_VIF',
        vifId: given.vif.id,
        message: expect.stringContaining('physical_network'),
      });
      expect(host.writes).toEqual([]);
    },
  );

  it.each(['plug', 'unplug'] as const)(
    'is refused by %s where `ebrctl` would read an option',
    async (operation) => {
      const { host, driver } = start();
      const given = request({ meta: { physical_network: '--config=/etc/shadow' } });
      await expect(driver[operation](given)).rejects.toMatchObject({
        code: 'INVALID_VIF',
        vifId: given.vif.id,
      });
      expect(host.writes).toEqual([]);
    },
  );

  it('is refused without the address of its function', async () => {
    const { host, driver } = start();
    const given = request({ ...inFabric, profile: {} });
    await expect(driver.plug(given)).rejects.toMatchObject({ code: 'INVALID_VIF' });
    await expect(driver.config(given)).rejects.toMatchObject({ code: 'INVALID_VIF' });
    expect(host.writes).toEqual([]);
  });

  it('has its port taken back when adding it was cut off', async () => {
    const { host, driver } = start();
    host.hangAt(({ what }) => what.includes('add-port'));
    await expect(driver.plug(request(inFabric), { timeout: 50 })).rejects.toMatchObject({
      cause: { code: 'TIMEOUT' },
    });
    expect(host.commands.log).toEqual([removal('fabric1')]);
  });

  it('is a PCI device to libvirt, which hands it over', async () => {
    const xml = (await start().driver.config(request({}))).device.toXml();
    expect(xml).toContain('<hostdev mode="subsystem" type="pci" managed="yes">');
    expect(xml).toContain('<address domain="0x0000" bus="0x3b" slot="0x00" function="0x2"/>');
  });
});
