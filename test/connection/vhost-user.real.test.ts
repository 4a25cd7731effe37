import { rm } from 'node:fs/promises';
import { startVhostUserGuest, type VhostUserGuest } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mac, socketOf, vhostUser, vhu } from './modes.js';
import { openSite, type Site } from './site.js';
import { BreakTable, told } from './told.js';

const eventually = { timeout: 60_000, interval: 200 };

/** A guest that QEMU runs without KVM, on an Open vSwitch with DPDK: it makes the socket, and outlives what is broken. */
describe('the way over a vhost-user socket', { timeout: 120_000 }, () => {
  let site: Site;
  let guest: VhostUserGuest | undefined;
  const table = new BreakTable();
  const request = vhostUser('server');
  beforeAll(async () => {
    site = await openSite({ dpdk: true });
  });
  afterAll(async () => {
    await guest?.stop();
    await site.close();
    console.log(`${table}`);
  });
  const vsctl = (...words: string[]) => site.ovs.vsctl(...words);
  const modPort = (state: string) =>
    site.run('ovs-ofctl', 'mod-port', `unix:${site.ovs.directory}/br-int.mgmt`, vhu, state);
  const check = () => site.driver().check(request);

  it('waits until a guest has connected, whoever makes the socket', async () => {
    for (const mode of ['client', 'server'] as const) {
      const { connection } = await site.driver().plug(vhostUser(mode));
      expect(connection?.state, mode).toBe('waiting');
      const { differences, connection: way } = await site.driver().check(vhostUser(mode));
      expect({ differences, told: told({ connection: way }) }).toEqual({
        differences: [],
        told: [`waiting ovsPort ${vhu}`],
      });
    }
  });

  it('is sound then, and its port is not unplugged', async () => {
    guest = await startVhostUserGuest({ path: socketOf(vhu), mode: 'server', mac });
    await expect.poll(async () => told(await check()), eventually).toEqual([]);
    expect((await check()).connection?.state).toBe('sound');
    await expect(site.driver().unplug(request)).rejects.toMatchObject({
      code: 'VIF_IN_USE',
      message: expect.stringContaining(`a guest is connected to ${socketOf(vhu)}`),
    });
  });

  it.each([
    { what: 'the port is deleted', does: () => vsctl('del-port', vhu), leg: `ovsPort ${vhu}`, plug: 'mends' },
    {
      what: 'the port is on another bridge',
      does: async () => {
        await vsctl('add-br', 'br-other', '--', 'set', 'Bridge', 'br-other', 'datapath_type=netdev');
        await vsctl('del-port', vhu);
        await vsctl(
          ...['add-port', 'br-other', vhu, '--', 'set', 'Interface', vhu, 'type=dpdkvhostuserclient'],
          `options:vhost-server-path=${socketOf(vhu)}`,
        );
      },
      leg: `ovsPort ${vhu}`,
      plug: 'mends',
    },
    {
      what: "the port's iface-id is gone",
      does: () => vsctl('remove', 'Interface', vhu, 'external_ids', 'iface-id'),
      leg: `ovsPort ${vhu}`,
      plug: 'mends',
    },
    {
      what: 'the port is in the dead VLAN',
      does: () => vsctl('set', 'Port', vhu, 'tag=4095'),
      leg: `ovsPort ${vhu}`,
      plug: 'tells',
      heal: () => vsctl('clear', 'Port', vhu, 'tag'),
    },
    {
      what: 'the port is set down',
      does: () => modPort('down'),
      leg: `ovsPort ${vhu}`,
      plug: 'tells',
      heal: () => modPort('up'),
    },
    {
      what: 'the bridge is gone',
      does: () => vsctl('del-br', 'br-int'),
      leg: 'ovsBridge br-int',
      plug: 'mends',
    },
    {
      what: 'ovs-vswitchd is dead',
      does: () => site.ovs.vswitchd.stop(),
      leg: 'vswitchd ovs-vswitchd',
      plug: 'tells',
      heal: () => site.ovs.vswitchd.start(),
    },
    {
      what: 'its socket is deleted, and Open vSwitch starts again',
      does: async () => {
        await rm(socketOf(vhu));
        await site.ovs.vswitchd.stop();
        await site.ovs.vswitchd.start();
      },
      leg: `ovsPort ${vhu}`,
      plug: 'tells',
    },
  ])('$what: check tells, and a plug $plug it', async ({ what, does, leg, plug, heal }) => {
    await does();
    // Open vSwitch writes down what has become of a link within a second.
    await expect.poll(async () => told(await check()).join(), { timeout: 5_000 }).toContain(leg);
    table.note(`vhost-user: ${what}`, await check(), plug);
    const { connection } = await site.driver().plug(request);
    if (plug === 'tells') expect(connection?.state).not.toBe('sound');
    if (plug === 'tells' && !heal) return;
    await heal?.();
    await expect.poll(async () => told(await check()), eventually).toEqual([]);
    expect((await check()).differences).toEqual([]);
  });

  it('waits again once the guest has stopped, and is unplugged then', async () => {
    await guest?.stop();
    await expect.poll(async () => told(await check()), eventually).toContain(`waiting ovsPort ${vhu}`);
    await site.driver().unplug(request);
    expect(await vsctl('list-ports', 'br-int')).toBe('');
  });

  it('has no ✓ that is false', () => {
    expect(table.falseOnes).toBe(0);
  });
});
