import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import {
  type HostSnapshot,
  type MemoryHost,
  type MemoryHostOptions,
  memoryHost,
  type Point,
} from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import hwVeb from '../src/index.js';
import { former, request, slot, withFunction } from './request.js';

function start(options: MemoryHostOptions = withFunction) {
  const host = memoryHost(options);
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [hwVeb] }),
  };
}

const noDevice: MemoryHostOptions = {
  pci: { [slot]: { pf: 'ens1', index: 1 } },
  vfs: { [slot]: { mac: request().vif.address, vlan: 100 } },
};

describe('a macvtap on a virtual function', () => {
  it('is plugged by MAC and VLAN of the function, whose link goes up', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    expect(host.snapshot().vfs[slot]).toEqual({ mac: 'fa:16:3e:10:00:03', vlan: 100, trust: false });
    expect(host.links.snapshot().ens1v1?.up).toBe(true);
  });

  it('leaves the function as it was when it is unplugged, with its link down', async () => {
    const { host, driver } = start();
    const before = host.snapshot();
    await driver.plug(request({ trusted: true }));
    await driver.unplug(request({ trusted: true }));
    expect(before.vfs[slot]).toEqual(former);
    expect(host.snapshot(), 'its own device too').toEqual(before);
    const count = host.writes.length;
    await driver.unplug(request({ trusted: true }));
    expect(host.writes).toHaveLength(count);
  });

  it('leaves no MAC address on a function that had none', async () => {
    const { host, driver } = start({ ...withFunction, vfs: {} });
    await driver.plug(request());
    await driver.unplug(request());
    expect(host.snapshot().vfs[slot]).toEqual({ mac: '00:00:00:00:00:00', vlan: 0, trust: false });
  });

  it('reports what the unplug gives back', async () => {
    const { driver } = start();
    await driver.plug(request());
    const { changes } = await driver.unplug(request());
    expect(changes.find(({ kind }) => kind === 'vf')?.differences).toEqual([
      { attribute: 'mac', expected: former.mac, actual: 'fa:16:3e:10:00:03' },
      { attribute: 'vlan', expected: 9, actual: 100 },
      { attribute: 'qos', expected: 3, actual: 0 },
      { attribute: 'protocol', expected: '802.1ad', actual: '802.1Q' },
    ]);
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

it("is a direct interface with its VLAN by the rules of today's Nova", async () => {
  const { device } = await start().driver.config({ ...request(), routing: 'current' });
  expect(device.toXml()).toContain('<interface type="direct">');
  expect(device.toXml()).toContain('<tag id="100"/>');
});

describe('a process that is killed between plug and unplug', () => {
  const other = request({ id: '5e8f1c7a-0c55-4b86-8d1b-9b6a1f2d7e04', details: { vlan: '200' } });

  /** What another process finds when this one is killed where it is told to. */
  async function startAfterCrash(which: Parameters<MemoryHost['hangAt']>[0]) {
    const { host, driver } = start();
    const crash = new AbortController();
    const left = await new Promise<HostSnapshot>((resolve) => {
      host.hangAt(which, () => resolve(host.snapshot()));
      driver.plug(request(), { signal: crash.signal }).catch(() => {});
    });
    crash.abort();
    return start({ ...withFunction, vfs: left.vfs, vfJournal: left.vfJournal });
  }

  const moments: readonly (readonly [string, (point: Point) => boolean])[] = [
    ['before the function is set', ({ part }) => part === 'vfs'],
    ['once the function is set', ({ part }) => part === 'links'],
  ];

  it.each(moments)('has the function restored by an unplug (%s)', async (_, moment) => {
    const { host, driver } = await startAfterCrash(moment);
    expect(host.snapshot().vfJournal).toMatchObject({ [slot]: { vifId: request().vif.id, former } });
    await driver.unplug(request());
    expect(host.snapshot()).toMatchObject({ vfs: { [slot]: former }, vfJournal: {} });
  });

  it.each(moments)('has the function restored by a plug and an unplug (%s)', async (_, moment) => {
    const { host, driver } = await startAfterCrash(moment);
    await driver.plug(request({ details: { vlan: '101' } }));
    await driver.unplug(request());
    expect(host.snapshot()).toMatchObject({ vfs: { [slot]: former }, vfJournal: {} });
  });

  it.each(moments)(
    'has the function go to another VIF, which leaves it as it was (%s)',
    async (_, moment) => {
      const { host, driver } = await startAfterCrash(moment);
      await driver.plug(other);
      const plugged = host.snapshot();
      expect((await driver.unplug(request())).changes).toEqual([]);
      expect(host.snapshot(), 'it is no more of the concern of the first').toEqual(plugged);
      await driver.unplug(other);
      expect(host.snapshot()).toMatchObject({ vfs: { [slot]: former }, vfJournal: {} });
    },
  );
});

describe("a function that is another's by now", () => {
  const other = request({ id: '5e8f1c7a-0c55-4b86-8d1b-9b6a1f2d7e04', mac: 'fa:16:3e:10:00:04' });
  const guests = { mac: 'fa:16:3e:10:00:05', vlan: 200, trust: true };

  /** The first VIF is plugged, and never unplugged. */
  async function startPlugged(more: MemoryHostOptions = {}) {
    const bench = start({ ...withFunction, ...more });
    await bench.driver.plug(request({ trusted: true }));
    return bench;
  }

  it('stays as libvirt gave it to a guest, whose link stays up; the record goes', async () => {
    const { host } = await startPlugged();
    const { vfJournal } = host.snapshot();
    const links = [{ name: 'ens1v1', up: true }];
    const later = start({ ...withFunction, links, vfs: { [slot]: guests }, vfJournal });
    const { changes } = await later.driver.unplug(request({ trusted: true }));
    expect(
      changes.map(({ kind, differences }) => [kind, differences.map(({ attribute }) => attribute)]),
    ).toEqual([['vf', ['holder']]]);
    expect(later.host.snapshot()).toMatchObject({ vfs: { [slot]: guests }, vfJournal: {} });
    expect(later.host.links.snapshot().ens1v1?.up).toBe(true);
  });

  it('is left alone by gc, and by the unplug of the VIF that left it', async () => {
    const { host, driver } = await startPlugged();
    await driver.plug(other);
    const plugged = host.snapshot();
    expect(await driver.gc({ keep: [other.vif.id] })).toMatchObject([{ value: { changes: [] } }]);
    expect((await driver.unplug(request({ trusted: true }))).changes).toEqual([]);
    expect(host.snapshot()).toEqual(plugged);
    await driver.unplug(other);
    expect(host.snapshot()).toMatchObject({ vfs: { [slot]: former }, vfJournal: {} });
  });

  it('is not taken while a macvtap of the VIF that has it is there', async () => {
    const { host } = await startPlugged();
    const { vfJournal, vfs } = host.snapshot();
    const links = [
      { name: 'ens1v1', up: true, address: 'fa:16:3e:10:00:03' },
      { name: 'macvtap0', type: 'macvtap', lower: 'ens1v1' },
    ];
    const later = start({ ...withFunction, links, vfs, vfJournal });
    const before = later.host.snapshot();
    await expect(later.driver.plug(other)).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: {
        code: 'OWNED_BY_OTHER_VIF',
        message: expect.stringMatching(new RegExp(`${request().vif.id}.*macvtap0`)),
      },
    });
    expect(later.host.snapshot()).toEqual(before);
    expect((await later.driver.plug(request({ trusted: true }))).changes).toEqual([]);
  });

  it("is not taken while somebody else's macvtap is there", async () => {
    const links = [{ name: 'macvtap0', type: 'macvtap', lower: 'ens1v1' }];
    const { host, driver } = start({ ...withFunction, links });
    for (const each of [other, { ...request({ vnicType: 'direct', trusted: true }), routing: 'current' }]) {
      await expect(driver.plug(each)).rejects.toMatchObject({
        cause: { code: 'LINK_BUSY', message: expect.stringContaining('macvtap0') },
      });
    }
    expect(host.writes).toEqual([]);
  });
});

describe('a function that another program has plugged', () => {
  const plugged = { mac: 'FA:16:3E:10:00:03', vlan: 100, trust: true };

  it('loses VLAN and trust', async () => {
    const { host, driver } = start({ ...withFunction, vfs: { [slot]: plugged } });
    await driver.unplug(request({ trusted: true }));
    expect(host.snapshot().vfs[slot]).toEqual({ ...plugged, vlan: 0, trust: false });
  });

  it('keeps them where it has the MAC address of another VIF', async () => {
    const settings = { ...plugged, mac: 'fa:16:3e:10:00:04' };
    const { host, driver } = start({ ...withFunction, vfs: { [slot]: settings } });
    await driver.unplug(request({ trusted: true }));
    expect(host.snapshot().vfs[slot]).toEqual(settings);
  });
});

describe('a virtual function that the guest has', () => {
  it('is left to libvirt by plug and unplug, be it there or not', async () => {
    const { host, driver } = start({});
    await driver.plug(request({ vnicType: 'direct' }));
    await driver.unplug(request({ vnicType: 'direct' }));
    expect(host.writes).toEqual([]);
  });

  it("is trusted by today's Nova where the port asks so, until the unplug", async () => {
    const { host, driver } = start();
    const trusted = { ...request({ vnicType: 'direct', trusted: 'true' }), routing: 'current' };
    await driver.plug(trusted);
    expect(host.snapshot().vfs[slot]).toEqual({ ...former, trust: true });
    expect((await driver.plug(trusted)).changes).toEqual([]);
    await driver.unplug(trusted);
    expect(host.snapshot()).toMatchObject({ vfs: { [slot]: former }, vfJournal: {} });
  });

  it('is trusted no more when the port has lost the wish, or the rules have changed', async () => {
    for (const later of [{ routing: 'current' }, {}]) {
      const { host, driver } = start();
      await driver.plug({ ...request({ vnicType: 'direct', trusted: 'true' }), routing: 'current' });
      await driver.unplug({ ...request({ vnicType: 'direct' }), ...later });
      expect(host.snapshot()).toMatchObject({ vfs: { [slot]: former }, vfJournal: {} });
    }
  });

  it('is left as it is where the port does not ask for trust, or is an accelerator’s', async () => {
    const { host, driver } = start();
    for (const sketch of [{ vnicType: 'direct' }, { vnicType: 'accelerator-direct', trusted: true }]) {
      await driver.plug({ ...request(sketch), routing: 'current' });
      await driver.unplug({ ...request(sketch), routing: 'current' });
    }
    expect(host.writes).toEqual([]);
  });

  it("is one of an accelerator's functions, too", async () => {
    const { device } = await start({}).driver.config(request({ vnicType: 'accelerator-direct' }));
    expect(device.toXml()).toContain('<interface type="hostdev" managed="yes">');
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
    await expect(driver.config(request())).rejects.toMatchObject({
      code: 'PCI_DEVICE_NOT_FOUND',
      message: expect.stringContaining('correct vif.profile.pci_slot'),
    });
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
    expect(changes.map(({ kind }) => kind)).toEqual(['vf']);
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
