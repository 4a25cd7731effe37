import { type Plan, type PluginPackage, type VifPlugin, vifPlugin } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { type MemoryHost, type MemoryHostOptions, memoryHost } from '../../src/index.js';

const plan: Plan = [
  { kind: 'link', name: 'tap0', create: { type: 'tap' }, set: { up: true } },
  { kind: 'ovsBridge', name: 'br-int', datapathType: 'system' },
  { kind: 'ovsPort', bridge: 'br-int', name: 'tap0', externalIds: {}, wired: true },
  { kind: 'command', argv: ['tool', 'add'], undo: ['tool', 'delete'], vendor: 'the Tool project' },
];

@vifPlugin({ name: 'fixed' })
class Fixed implements VifPlugin {
  describe(): never {
    throw new Error('not asked for here');
  }
  plug = () => plan;
  unplug = () => [];
}

const plugins: PluginPackage[] = [{ name: 'fixed', provides: [Fixed] }];
const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const request = {
  vif: new VIFGeneric({ id, plugin: 'fixed' }),
  instance: { uuid: id, name: 'instance-1', project_id: 'p', display_name: 'vm' },
};

function driverOn(host: MemoryHost) {
  const guests = { forObject: () => ({ toXml: () => '' }), forBackend: () => ({ toXml: () => '' }) };
  return createVifDriver({ host, guests, plugins });
}

const start = (options?: MemoryHostOptions) => {
  const host = memoryHost(options);
  return { host, driver: driverOn(host) };
};

describe('memory host', () => {
  it('runs plans by the real runners, and counts what they write', async () => {
    const { host, driver } = start();
    await driver.plug(request);
    expect(host.links.snapshot()).toMatchObject({ tap0: { up: true, alias: `vifkit:${id}` }, 'br-int': {} });
    expect(host.ovs.snapshot().ports.tap0).toMatchObject({ bridge: 'br-int', interface: { ofport: 1 } });
    expect(host.commands.log).toEqual([['tool', 'add']]);
    expect(host.writes.map(({ what }) => what)).toEqual([
      'add tap0',
      'set tap0',
      'insert Bridge br-int, insert Port br-int, insert Port tap0',
      'tool add',
    ]);
    expect(host.points.filter(({ part }) => part === 'wiring')).toHaveLength(2);
  });

  it('is as before after a failure', async () => {
    const { host, driver } = start({ links: [{ name: 'eth0', mtu: 9000 }] });
    const before = host.snapshot();
    host.failAt(({ what }) => what === 'tool add');
    await expect(driver.plug(request)).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: { message: 'Made to fail' },
    });
    expect(host.snapshot()).toEqual(before);
    host.heal();
    await driver.plug(request);
    expect(host.snapshot()).not.toEqual(before);
  });

  it('hangs where it is told to', async () => {
    const { host, driver } = start();
    host.hangAt(1);
    await expect(driver.plug(request, { timeout: 20 })).rejects.toMatchObject({ cause: { code: 'TIMEOUT' } });
  });

  it('lacks the programs that it is told to lack', async () => {
    const { driver } = start({ commands: { tool: 'missing' } });
    await expect(driver.plug(request)).rejects.toMatchObject({
      cause: { code: 'COMMAND_NOT_FOUND', message: expect.stringContaining('the Tool project') },
    });
  });

  it('answers questions about itself', async () => {
    const vf = { pf: 'eth0', index: 0, netDevice: 'eth0v0' };
    const { facts, links } = memoryHost({
      links: [{ name: 'eth0', mtu: 9000 }],
      pci: { '0000:03:00.0': 'eth0', '0000:03:00.1': vf, '0000:03:00.2': '' },
      kernelRelease: '5.15.0',
    });
    expect(await facts.linkMtu('eth0')).toBe(9000);
    expect(await facts.linkMtu('none')).toBeUndefined();
    expect(await facts.kernelRelease()).toBe('5.15.0');
    expect(await facts.pciNetDevice('0000:03:00.1')).toBe('eth0v0');
    expect(await facts.pciNetDevice('0000:03:00.2')).toBeUndefined();
    expect(await facts.virtualFunction('0000:03:00.1')).toEqual(vf);
    expect(await facts.virtualFunction('0000:03:00.0')).toBeUndefined();
    expect(links.snapshot()).toMatchObject({ eth0: { mtu: 9000 }, eth0v0: { mtu: 1500 } });
  });

  it('orders calls for one VIF', async () => {
    const { host, driver } = start();
    await Promise.all([driver.plug(request), driver.plug(request)]);
    expect(host.writes.filter(({ what }) => what === 'add tap0')).toHaveLength(1);
  });
});
