import { NetworkVif, parseRequest } from '@vifkit/core/nova';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type LinkSpec, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import macvtap, { MacvtapDriver } from '../src/index.js';
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

  it.each(['passthru', 'omit', ''])(
    'is refused in the mode %j, which libvirt does not have',
    async (macvtap_mode) => {
      const { host, driver } = start();
      for (const operation of ['config', 'plug'] as const) {
        await expect(driver[operation](request({ ...onVlan, macvtap_mode }))).rejects.toMatchObject({
          code: 'INVALID_VIF',
          message: /vif\.details\.macvtap_mode must be one of vepa, private, bridge, passthrough/,
        });
      }
      expect(host.writes).toEqual([]);
    },
  );

  it('is looked for in the mode that the kernel calls passthru', () => {
    const { vif } = parseRequest(request({ ...plain, macvtap_mode: 'passthrough' }));
    if (!(vif instanceof NetworkVif)) throw new Error('a VIF of the network model is one');
    expect(new MacvtapDriver().path(vif)).toMatchObject([
      { kind: 'macvtap', mode: 'passthru' },
      { kind: 'uplink' },
    ]);
  });

  it('needs nothing on the host without a VLAN', async () => {
    const { host, driver } = start();
    await driver.plug(request(plain));
    expect(host.writes).toEqual([]);
  });

  it('is refused on a link that is missing', async () => {
    const { host, driver } = start();
    host.links.kernel.remove('eth0');
    await expect(driver.plug(request(plain))).rejects.toMatchObject({ cause: { code: 'LINK_NOT_FOUND' } });
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

  describe('is shared, and', () => {
    const first = request(onVlan);
    const second = request(onVlan, '4b3afaf3-8051-4c6d-ae7f-2a3b4c5d6e04');

    it('goes with the last of its VIFs', async () => {
      const { host, driver } = start();
      await driver.plugAll([first, second]);
      await driver.unplug(first);
      expect(host.links.snapshot()).toHaveProperty('vlan1871');
      expect((await driver.plug(second)).changes).toEqual([]);
      await driver.unplug(second);
      expect(host.links.snapshot()).not.toHaveProperty('vlan1871');
      expect(await driver.unplugAll([first, second])).toMatchObject([
        { value: { changes: [] } },
        { value: { changes: [] } },
      ]);
    });

    it('goes with VIFs that are unplugged together', async () => {
      const { host, driver } = start();
      await driver.plugAll([first, second]);
      await driver.unplugAll([first, second]);
      expect(host.links.snapshot()).not.toHaveProperty('vlan1871');
    });

    it.each([
      ['made by somebody else', { name: 'vlan1871', type: 'vlan', vlan: { link: 'eth0', id: 1871 } }],
      ['below a macvtap that is not ours', { name: 'macvtap0', type: 'macvtap', lower: 'vlan1871' }],
    ])('stays where it is %s', async (_, link) => {
      const { host, driver } = start();
      if (link.name === 'vlan1871') host.links.kernel.put(link);
      await driver.plug(first);
      if (link.name !== 'vlan1871') host.links.kernel.put(link);
      await driver.unplug(first);
      expect(host.links.snapshot()).toHaveProperty('vlan1871');
      expect(host.links.snapshot().vlan1871).not.toHaveProperty('users');
    });

    it('stays where it has joined a bridge', async () => {
      const { host, driver } = start({ name: 'br0', type: 'bridge' });
      await driver.plug(first);
      host.links.kernel.set('vlan1871', { master: 'br0' });
      await driver.unplug(first);
      expect(host.links.snapshot()).toHaveProperty('vlan1871');
    });

    it.each([
      ['that fails with it', () => true, []],
      ['that is plugged', (user: string) => user === first.vif.id, [second.vif.id]],
    ])('is left by a VIF that fails to be noted, together with one %s', async (_, fails, users) => {
      const { host, driver } = start();
      const before = host.snapshot();
      host.failAt(({ what }) => what.startsWith('note') && fails(what.split(' ').at(-1) ?? ''));
      const results = await driver.plugAll([first, second]);
      expect(results.filter((result) => 'error' in result)).toHaveLength(2 - users.length);
      if (users.length === 0) expect(host.snapshot()).toEqual(before);
      else expect(host.links.snapshot().vlan1871).toMatchObject({ users });
    });
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
