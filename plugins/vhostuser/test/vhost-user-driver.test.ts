import { describe, expect, it } from 'vitest';
import { request, socket } from './request.js';
import { start } from './start.js';

describe('a VIF of type vhostuser', () => {
  it('is a socket to libvirt, at which QEMU listens unless told otherwise', async () => {
    const { driver } = start();
    const xml = async (details: object) => (await driver.config(request(details))).device.toXml();
    expect(await xml({})).toContain(`<source type="unix" mode="server" path="${socket}"/>`);
    expect(await xml({ vhostuser_mode: 'client' })).toContain('mode="client"');
  });

  it('needs nothing on the host unless a switch of ours has the other end', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    await driver.unplug(request());
    expect(host.writes).toEqual([]);
  });

  it.each(['config', 'plug'] as const)('needs its socket: %s', async (operation) => {
    const details = { vhostuser_socket: undefined, vhostuser_ovs_plug: true };
    await expect(start().driver[operation](request(details))).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: 'vif.details.vhostuser_socket is missing, and this VIF type needs it',
    });
  });

  it('has a mode that QEMU knows', async () => {
    await expect(start().driver.config(request({ vhostuser_mode: 'peer' }))).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: "vif.details.vhostuser_mode must be 'client' or 'server', not 'peer'",
    });
  });
});
