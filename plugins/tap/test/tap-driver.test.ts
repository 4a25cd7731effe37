import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import tap from '../src/index.js';
import { request } from './request.js';

const name = 'tap9b2d1e63-70';

function start(options?: MemoryHostOptions) {
  const host = memoryHost(options);
  return { host, driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [tap] }) };
}

describe('a VIF of type tap', () => {
  it('is a tap, up, with the MTU of its network and the address asked for', async () => {
    const { host, driver } = start();
    await driver.plug(request({ mac: '02:00:00:00:00:02', mtu: 8950 }));
    expect(host.links.snapshot()[name]).toMatchObject({
      type: 'tap',
      up: true,
      mtu: 8950,
      address: '02:00:00:00:00:02',
    });
  });

  it('keeps the address that libvirt has given its tap since', async () => {
    const { host, driver } = start({
      links: [{ name, type: 'tap', up: true, address: 'fe:16:3e:10:00:02' }],
    });
    const { changes } = await driver.plug(request({ mac: '02:00:00:00:00:02' }));
    expect(changes.flatMap(({ differences }) => differences.map(({ attribute }) => attribute))).toEqual([
      'alias',
    ]);
    expect(host.links.snapshot()[name]?.address).toBe('fe:16:3e:10:00:02');
  });

  it('corrects the MTU of a tap that exists', async () => {
    const { host, driver } = start({ links: [{ name, type: 'tap', up: true }] });
    await driver.plug(request({ mtu: 1400 }));
    expect(host.links.snapshot()[name]?.mtu).toBe(1400);
  });

  it('does not take a link of another kind for its tap', async () => {
    const { host, driver } = start({ links: [{ name, type: 'bridge' }] });
    const before = host.snapshot();
    await expect(driver.plug(request({}))).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: { code: 'LINK_KIND_MISMATCH' },
    });
    const { left } = await driver.unplug(request({}));
    expect(left).toEqual([{ kind: 'linkAbsent', name, vifId: null }]);
    expect(host.snapshot()).toEqual(before);
  });

  it("gets the network's MTU by the rules of today's Nova", async () => {
    const xml = async (routing: string) =>
      (await start().driver.config({ ...request({ mtu: 1400 }), routing })).device.toXml();
    expect(await xml('newton')).not.toContain('mtu');
    expect(await xml('current')).toContain('<mtu size="1400"/>');
  });

  it('is an ethernet device to libvirt, without the flavor’s bandwidth', async () => {
    const flavor = { vcpus: 1, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const { device } = await start().driver.config({ ...request({}), flavor });
    expect(device.toXml()).toContain('<interface type="ethernet">');
    expect(device.toXml()).toContain(`<target dev="${name}" managed="no"/>`);
    expect(device.toXml()).not.toContain('bandwidth');
  });
});
