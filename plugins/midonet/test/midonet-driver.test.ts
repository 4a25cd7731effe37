import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import midonet from '../src/index.js';
import { id, name, request } from './request.js';

const bind = ['mm-ctl', '--bind-port', id, name];
const unbind = ['mm-ctl', '--unbind-port', id];

function start(options?: MemoryHostOptions) {
  const host = memoryHost(options);
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [midonet] }),
  };
}

describe('a VIF of type midonet', () => {
  it('is a tap, up, bound to its port', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    expect(host.links.snapshot()[name]).toMatchObject({ type: 'tap', up: true });
    expect(host.commands.log).toEqual([bind]);
  });

  it('is bound again by a second plug, which changes nothing else', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    const { changes } = await driver.plug(request());
    expect(changes.map(({ kind }) => kind)).toEqual(['command']);
    expect(host.commands.log).toEqual([bind, bind]);
  });

  it('has no tap when it cannot be bound', async () => {
    const { host, driver } = start({ commands: { 'mm-ctl': { exitCode: 3, stderr: 'no such port' } } });
    const before = host.snapshot();
    await expect(driver.plug(request())).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: { code: 'COMMAND_FAILED', message: 'mm-ctl failed with status 3: no such port' },
    });
    expect(host.snapshot()).toEqual(before);
  });

  it('is unbound when binding it was cut off: it may have got through', async () => {
    const { host, driver } = start();
    host.hangAt(({ what }) => what.includes(' --bind-port '));
    await expect(driver.plug(request(), { timeout: 50 })).rejects.toMatchObject({
      cause: { code: 'TIMEOUT' },
    });
    expect(host.commands.log).toEqual([unbind]);
  });

  it('stays bound when a second plug is cut off: a guest may be using it', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    const before = host.snapshot();
    host.hangAt(({ what }) => what.includes(' --bind-port '));
    await expect(driver.plug(request(), { timeout: 50 })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect(host.commands.log).toEqual([bind]);
    expect(host.snapshot()).toEqual(before);
  });

  it('is unbound before its tap goes, and the tap goes even if that fails', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    host.commands.end('mm-ctl', { exitCode: 1 });
    await expect(driver.unplug(request())).rejects.toMatchObject({
      code: 'UNPLUG_FAILED',
      failures: [{ code: 'COMMAND_FAILED' }],
    });
    expect(host.commands.log).toEqual([bind, unbind]);
    expect(host.links.snapshot()).not.toHaveProperty(name);
  });

  it('is an ethernet device to libvirt, without the flavor’s bandwidth', async () => {
    const flavor = { vcpus: 1, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const { device } = await start().driver.config({ ...request(), flavor });
    expect(device.toXml()).toContain('<interface type="ethernet">');
    expect(device.toXml()).toContain(`<target dev="${name}" managed="no"/>`);
    expect(device.toXml()).not.toContain('bandwidth');
  });
});
