import { describe, expect, it } from 'vitest';
import {
  device,
  fastPath,
  fastPathHybrid,
  fastPathOnOvs,
  qbr,
  qvb,
  qvo,
  request,
  socket,
} from './request.js';
import { start } from './start.js';

const add = (mode: string) => ['fp-vdev', 'add', device, '--sockpath', socket, '--sockmode', mode];
const del = ['fp-vdev', 'del', device];

describe('a VIF on 6WIND’s fast path', () => {
  it('is a device of the fast path, up', async () => {
    const { host, driver } = start();
    await driver.plug(request(fastPath));
    expect(host.links.snapshot()[device]).toMatchObject({ type: 'fp', up: true });
    expect(host.ovs.snapshot().ports).not.toHaveProperty(device);
  });

  it.each([
    ['client', {}],
    ['client', { vhostuser_mode: 'server' }],
    ['server', { vhostuser_mode: 'client' }],
  ])('is the %s where QEMU is not', async (mode, details) => {
    const { host, driver } = start();
    await driver.plug(request({ ...fastPath, ...details }));
    expect(host.commands.log).toEqual([add(mode)]);
  });

  it('is not made again, and counts as plugged with all that lies behind it', async () => {
    const { host, driver } = start({ links: [{ name: device, type: 'tap' }] });
    await driver.plug(request(fastPathOnOvs));
    expect(host.commands.log).toEqual([]);
    expect(host.links.snapshot()[device]).toMatchObject({ up: true });
    expect(host.ovs.snapshot().ports).not.toHaveProperty(device);
  });

  it('is made once for two requests of one call', async () => {
    const { host, driver } = start();
    await driver.plugAll([request(fastPathOnOvs), request(fastPathOnOvs)]);
    expect(host.commands.log).toEqual([add('client')]);
  });

  it('goes when it is unplugged, if it is there', async () => {
    const { host, driver } = start();
    await driver.unplug(request(fastPath));
    expect(host.commands.log).toEqual([]);
    await driver.plug(request(fastPath));
    await driver.unplug(request(fastPath));
    expect(host.commands.log).toEqual([add('client'), del]);
    expect(host.links.snapshot()).not.toHaveProperty(device);
  });

  it('fails when the tool ends well but makes no device', async () => {
    const { host, driver } = start({ commands: {} });
    await expect(driver.plug(request(fastPath))).rejects.toMatchObject({
      cause: { code: 'LINK_COMMAND_FAILED', message: expect.stringContaining('Cannot find device') },
    });
    expect(host.commands.log).toEqual([add('client'), del]);
  });
});

describe('a VIF on the fast path and Open vSwitch', () => {
  it('has its device as a port, with the network’s MTU', async () => {
    const { host, driver } = start();
    await driver.plug(request(fastPathOnOvs, { mtu: 1450 }));
    expect(host.links.snapshot()[device]).toMatchObject({ up: true, mtu: 1450 });
    expect(host.ovs.snapshot().ports[device]).toMatchObject({ bridge: 'br-int', interface: { type: '' } });
  });

  it('hybrid, has a veth pair between, and its device on the bridge', async () => {
    const { host, driver } = start();
    await driver.plug(request(fastPathHybrid, { mtu: 1450 }));
    expect(host.links.snapshot()).toMatchObject({
      [qbr]: { type: 'bridge', up: true },
      [qvb]: { peer: qvo, master: qbr, mtu: 1450 },
      [qvo]: { peer: qvb, mtu: 1450 },
      [device]: { up: true, master: qbr, mtu: 1450 },
    });
    expect(Object.keys(host.ovs.snapshot().ports)).toContain(qvo);
    expect(host.ovs.snapshot().ports).not.toHaveProperty(device);
  });

  it('loses its device when Open vSwitch refuses the port', async () => {
    const { host, driver } = start({ ovsBridges: [] });
    await expect(driver.plug(request(fastPathOnOvs))).rejects.toMatchObject({
      cause: { code: 'OVS_BRIDGE_NOT_FOUND' },
    });
    expect(host.links.snapshot()).toEqual({});
  });
});
