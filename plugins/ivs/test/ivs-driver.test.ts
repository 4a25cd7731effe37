import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ivs from '../src/index.js';
import { hybrid, qbr, qvb, qvo, request, tap } from './request.js';

function start(options?: MemoryHostOptions) {
  const host = memoryHost(options);
  return { host, driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [ivs] }) };
}

const add = (name: string) => ['ivs-ctl', 'add-port', name];
const del = (name: string) => ['ivs-ctl', 'del-port', name];

describe('a direct VIF of type ivs', () => {
  it('is a tap, up, that is a port of the switch', async () => {
    const { host, driver } = start();
    await driver.plug(request({}, { mtu: 1450 }));
    expect(host.links.snapshot()).toEqual({
      [tap]: expect.objectContaining({ type: 'tap', up: true, mtu: 1500 }),
    });
    expect(host.commands.log).toEqual([add(tap)]);
  });

  it('is added again by a second plug, and stays a port if that is cut off', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    await driver.plug(request());
    host.hangAt(({ what }) => what.includes(' add-port '));
    await expect(driver.plug(request(), { timeout: 50 })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect(host.commands.log).toEqual([add(tap), add(tap)]);
    expect(host.links.snapshot()).toHaveProperty(tap);
  });

  it('is no port any more when its first plug was cut off', async () => {
    const { host, driver } = start();
    host.hangAt(({ what }) => what.includes(' add-port '));
    await expect(driver.plug(request(), { timeout: 50 })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect(host.commands.log).toEqual([del(tap)]);
    expect(host.links.snapshot()).toEqual({});
  });

  it('leaves neither port nor tap', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    await driver.unplug(request());
    expect(host.commands.log).toEqual([add(tap), del(tap)]);
    expect(host.links.snapshot()).toEqual({});
  });

  it('is an ethernet device to libvirt, without the flavor’s bandwidth', async () => {
    const flavor = { vcpus: 1, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const xml = (await start().driver.config({ ...request(), flavor })).device.toXml();
    expect(xml).toContain('<interface type="ethernet">');
    expect(xml).not.toContain('bandwidth');
  });
});

describe('a hybrid VIF of type ivs', () => {
  it('hangs by a veth pair on a bridge of its own, whose far end is the port', async () => {
    const { host, driver } = start();
    await driver.plug(request(hybrid, { mtu: 1450 }));
    expect(host.links.snapshot()).toMatchObject({
      [qbr]: { type: 'bridge', up: true, ipv6: false },
      [qvb]: { peer: qvo, master: qbr, mtu: 1450, promisc: true },
      [qvo]: { peer: qvb, mtu: 1450, promisc: true },
    });
    expect(host.commands.log).toEqual([add(qvo)]);
  });

  it('is not added again by a second plug', async () => {
    const { host, driver } = start();
    await driver.plug(request(hybrid));
    expect((await driver.plug(request(hybrid))).changes).toEqual([]);
    expect(host.commands.log).toEqual([add(qvo)]);
  });

  it('leaves nothing when the switch refuses it', async () => {
    const { host, driver } = start({ commands: { 'ivs-ctl': { exitCode: 1, stderr: 'no ivs' } } });
    await expect(driver.plug(request(hybrid))).rejects.toMatchObject({
      cause: { code: 'COMMAND_FAILED', message: 'ivs-ctl failed with status 1: no ivs' },
    });
    expect(host.links.snapshot()).toEqual({});
  });

  it('goes even if the switch does not let go of it, which is reported', async () => {
    const { host, driver } = start();
    await driver.plug(request(hybrid));
    host.commands.end('ivs-ctl', { exitCode: 1 });
    await expect(driver.unplug(request(hybrid))).rejects.toMatchObject({
      code: 'UNPLUG_FAILED',
      failures: [{ code: 'COMMAND_FAILED' }],
    });
    expect(host.links.snapshot()).toEqual({});
  });

  it('has libvirt’s filter only where the host is to filter', async () => {
    const { driver } = start();
    const xml = async (more: object, details?: object) =>
      (await driver.config({ ...request(details), ...more })).device.toXml();
    const filtered = await xml({ firewall: 'iptables' });
    expect(filtered).toContain(`<source bridge="${qbr}"/>`);
    expect(filtered).toContain('<filterref filter="nova-instance-instance-00000005-fa163e600005"/>');
    expect(await xml({ firewall: 'iptables' }, hybrid)).not.toContain('filterref');
  });
});
