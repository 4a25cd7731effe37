import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  listLinks,
  type OpenVSwitch,
  type OpenVSwitchOptions,
  requireOwnNetwork,
  startOpenVSwitch,
} from '../../src/bed/index.js';

const eventually = { timeout: 20_000 };

let started: OpenVSwitch[] = [];

async function start(options: OpenVSwitchOptions = {}): Promise<OpenVSwitch> {
  requireOwnNetwork();
  const ovs = await startOpenVSwitch(options);
  started.push(ovs);
  return ovs;
}

afterEach(async () => {
  await Promise.all(started.map((ovs) => ovs.stop()));
  started = [];
});

const lives = (pid: number | undefined) => pid !== undefined && existsSync(`/proc/${pid}`);

describe('startOpenVSwitch', () => {
  it.each([true, false])('makes bridges of its datapath type (dummy: %s)', async (dummy) => {
    const ovs = await start({ dummy });
    await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', `datapath_type=${ovs.datapathType}`);
    await expect.poll(() => ovs.vsctl('get', 'Interface', 'br0', 'ofport'), eventually).toBe('65534\n');
  });

  it('leaves no process, no file and no link behind', async () => {
    const ovs = await start();
    const pids = [ovs.server.pid, ovs.vswitchd.pid];
    expect(pids.map(lives)).toEqual([true, true]);
    const links = listLinks().filter((name) => name !== 'ovs-netdev');
    await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=netdev');
    await expect.poll(listLinks, eventually).toEqual([...links, 'br0', 'ovs-netdev'].sort());
    await ovs.stop();
    expect(listLinks()).toEqual(links);
    expect(pids.map(lives)).toEqual([false, false]);
    expect(existsSync(ovs.directory)).toBe(false);
    await ovs.stop();
  });

  it('takes the links of its bridges with it even when its server has ended before', async () => {
    const ovs = await start();
    await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=netdev');
    await expect.poll(listLinks, eventually).toContain('br0');
    await ovs.server.stop();
    await ovs.stop();
    expect(listLinks()).not.toContain('br0');
  });

  it('starts and stops each daemon on its own, and keeps the database', async () => {
    const ovs = await start({ vswitchd: false });
    expect(ovs.vswitchd.pid).toBeUndefined();
    await ovs.vsctl('add-br', 'br0');
    await ovs.server.stop();
    await ovs.server.start();
    expect(await ovs.vsctl('list-br')).toBe('br0\n');
  });

  it('says what a daemon complains of, and cleans up', async () => {
    const call = start({ serverArgs: ['--nonsense'] });
    await expect(call).rejects.toThrow(/ovsdb-server ended with status 1[\s\S]*nonsense/);
  });

  it('does not mind a second one of the dummy kind', async () => {
    const [one, other] = await Promise.all([start({ dummy: true }), start({ dummy: true })]);
    expect(one?.endpoint).not.toBe(other?.endpoint);
  });
});
