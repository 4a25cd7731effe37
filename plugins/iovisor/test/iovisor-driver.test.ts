import { VifError } from '@vifkit/core';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import iovisor from '../src/index.js';
import { address, id, name, networkId, projectId, request } from './request.js';

const gateway = (...args: string[]) => ['ifc_ctl', 'gateway', ...args];
const added = gateway('add_port', name);
const tags = [`pgtag2=${networkId}`, `pgtag1=${projectId}`];
const up = gateway('ifup', name, 'access_vm', id, address, ...tags);
const down = gateway('ifdown', name);
const deleted = gateway('del_port', name);

function start() {
  const host = memoryHost();
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [iovisor] }),
  };
}

describe('a VIF of type iovisor', () => {
  it('is a tap, up, and a port of its virtual domain', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    expect(host.links.snapshot()[name]).toMatchObject({ type: 'tap', up: true });
    expect(host.commands.log).toEqual([added, up]);
  });

  it('is no port any more, and has no tap, when it does not come up', async () => {
    const { host, driver } = start();
    const before = host.snapshot();
    const refused = new VifError('COMMAND_FAILED', 'no such domain');
    host.failAt(({ what }) => what.includes(' ifup '), refused);
    await expect(driver.plug(request())).rejects.toMatchObject({ code: 'PLUG_FAILED', cause: refused });
    expect(host.commands.log).toEqual([added, down, deleted]);
    expect(host.snapshot()).toEqual(before);
  });

  it('is taken down first when its coming up was cut off', async () => {
    const { host, driver } = start();
    host.hangAt(({ what }) => what.includes(' ifup '));
    await expect(driver.plug(request(), { timeout: 50 })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect(host.commands.log).toEqual([added, down, deleted]);
  });

  it('stays a port when a second plug fails: a guest may be using it', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    host.failAt(({ what }) => what.includes(' ifup '));
    await expect(driver.plug(request())).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect(host.commands.log).toEqual([added, up, added]);
    expect(host.links.snapshot()).toHaveProperty(name);
  });

  it('needs the id of its network', async () => {
    const { host, driver } = start();
    await expect(driver.plug(request({}))).rejects.toMatchObject({ code: 'INVALID_VIF' });
    expect(host.writes).toEqual([]);
  });

  it('is taken down, then deleted, then its tap goes, whatever fails', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    host.commands.end('ifc_ctl', { exitCode: 1 });
    await expect(driver.unplug(request())).rejects.toMatchObject({
      code: 'UNPLUG_FAILED',
      failures: [{ code: 'COMMAND_FAILED' }, { code: 'COMMAND_FAILED' }],
    });
    expect(host.commands.log).toEqual([added, up, down, deleted]);
    expect(host.links.snapshot()).not.toHaveProperty(name);
  });

  it('is an ethernet device to libvirt, with the flavor’s bandwidth', async () => {
    const flavor = { vcpus: 1, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const { device } = await start().driver.config({ ...request(), flavor });
    expect(device.toXml()).toContain('<interface type="ethernet">');
    expect(device.toXml()).toContain('<inbound average="1000"/>');
  });
});
