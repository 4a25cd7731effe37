import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { DaemonProbe } from '../../src/connection/control-socket.js';
import { fillBacklog } from '../backlog.js';

const switches: OpenVSwitch[] = [];
afterAll(() => Promise.all(switches.map((each) => each.stop())));

describe.each([
  ['ovs-vswitchd', { dummy: true }],
  ['the ovs-vswitchd of another build', { dpdk: true }],
])('a probe of %s', (_, options) => {
  it('sees each time what has become of it', async () => {
    const ovs = await startOpenVSwitch(options);
    switches.push(ovs);
    const probe = new DaemonProbe(ovs.directory, 'ovs-vswitchd');
    const signal = (name: NodeJS.Signals) => process.kill(ovs.vswitchd.pid ?? 0, name);
    expect([await probe.look(), await probe.look()]).toEqual(['runs', 'runs']);
    signal('SIGSTOP');
    await vi.waitFor(async () => expect(await probe.look()).toBe('stopped'));
    signal('SIGCONT');
    await vi.waitFor(async () => expect(await probe.look()).toBe('runs'));
    for (let round = 0; round < 2; round++) {
      await ovs.vswitchd.stop();
      expect(await probe.look()).toBe('absent');
      await ovs.vswitchd.start();
      // It makes its socket a moment before it listens.
      await vi.waitFor(async () => expect(await probe.look(), ovs.vswitchd.output).toBe('runs'));
    }
  });
});

it('a probe sees a daemon that is too busy to accept connections', async () => {
  const ovs = await startOpenVSwitch({ dummy: true });
  switches.push(ovs);
  process.kill(ovs.vswitchd.pid ?? 0, 'SIGSTOP');
  const waiting = await fillBacklog(join(ovs.directory, 'ovs-vswitchd.ctl'));
  const probe = new DaemonProbe(ovs.directory, 'ovs-vswitchd');
  await vi.waitFor(async () => expect(await probe.look()).toBe('stopped'));
  process.kill(ovs.vswitchd.pid ?? 0, 'SIGCONT');
  for (const socket of waiting) socket.destroy();
});

it('a probe says where it cannot see', async () => {
  expect(await new DaemonProbe('/nonexistent', 'ovs-vswitchd').look()).toBe('unknown');
});

it('a probe does not wait for a FIFO in place of the file with the process id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  const server = createServer().listen(join(folder, 'ovs-vswitchd.ctl'));
  await once(server, 'listening');
  await execa('mkfifo', [join(folder, 'ovs-vswitchd.pid')]);
  expect(await new DaemonProbe(folder, 'ovs-vswitchd').look()).toBe('runs');
  server.close();
  await rm(folder, { recursive: true });
});
