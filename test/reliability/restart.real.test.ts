import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  makeNamespace,
  type Namespace,
  netlinkWrites,
  type OvsdbCounter,
  requireOwnNetwork,
  startOvsdbCounter,
  traceProgram,
} from '@vifkit/testkit/bed';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hybridPorts } from './hybrid-ports.js';
import { Site } from './site.js';
import { vifProgram } from './vif-process.js';

requireOwnNetwork();

const ports = hybridPorts(50);
const [guestPort] = ports;
const suffix = String(guestPort?.id).slice(0, 11);

let site: Site;
let counter: OvsdbCounter;
let guest: Namespace;
let other: Namespace;

/** Gives one end of a veth pair to a namespace, as a guest's card. */
async function giveCard(space: Namespace, name: string, far: string, address: string): Promise<void> {
  await site.namespace.run('ip', 'link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', far);
  await site.namespace.run('ip', 'link', 'set', 'dev', far, 'netns', String(space.pid));
  await space.run('ip', 'address', 'add', address, 'dev', far);
  await space.run('ip', 'link', 'set', 'dev', far, 'up');
}

beforeAll(async () => {
  site = await Site.open();
  counter = await startOvsdbCounter(site.ovs.endpoint);
  [guest, other] = await Promise.all([makeNamespace(), makeNamespace()]);
  expect(await site.run('plug', ports)).toMatchObject({ exitCode: 0 });
  // As libvirt would: the guest's device is a member of the hybrid bridge.
  await giveCard(guest, `tap${suffix}`, 'guest0', '192.0.2.1/24');
  const card = ['link', 'set', 'dev', `tap${suffix}`, 'mtu', '1450', 'master', `qbr${suffix}`, 'up'];
  await site.namespace.run('ip', ...card);
  await giveCard(other, 'port0', 'other0', '192.0.2.2/24');
  await site.namespace.run('ip', 'link', 'set', 'dev', 'port0', 'up');
  await site.ovs.vsctl('add-port', 'br-int', 'port0');
  await guest.run('ping', '-c', '1', '-w', '10', '192.0.2.2');
});
afterAll(async () => {
  for (const space of [guest, other]) await space?.close();
  await counter?.stop();
  await site?.close();
});

/** Pings 20 times a second, until it is interrupted. */
function startPing(): ChildProcess {
  const ping = ['ping', '-i', '0.05', '192.0.2.2'];
  const argv = ['--target', String(guest.pid), '--net', '--', ...ping];
  return spawn('nsenter', argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LC_ALL: 'C' },
  });
}

async function endPing(ping: ChildProcess): Promise<{ sent: number; received: number }> {
  let text = '';
  ping.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  ping.kill('SIGINT');
  await once(ping, 'close');
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
  return { sent: Number(sent), received: Number(received) };
}

it('a caller that starts again and plugs 50 ports anew writes nothing, and no packet is lost', async () => {
  const ping = startPing();
  await once(ping.stdout ?? ping, 'readable');
  ping.stdout?.resume();
  await pause(1_000); // before it
  counter.reset();
  const enter = ['nsenter', '--target', String(site.namespace.pid), '--net', '--'];
  const options = ['--format', 'json', '--ovsdb', counter.endpoint];
  const input = ports.map((request) => `${JSON.stringify(request)}\n`).join('');
  for (let restart = 0; restart < 3; restart++) {
    const trace = await traceProgram([...enter, process.execPath, vifProgram, 'plug', ...options], input);
    expect(trace.exitCode, trace.stderr).toBe(0);
    const lines = trace.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(ports.length);
    expect(lines.flatMap(({ changes }) => changes)).toEqual([]);
    const writes = [netlinkWrites(trace.netlink), trace.settings.length, counter.writes];
    expect(writes).toEqual([0, 0, 0]);
    expect(counter.reads).toBeGreaterThan(0);
  }
  await pause(1_000); // and after it
  const { sent, received } = await endPing(ping);
  process.stdout.write(`A restart: ${sent} packets sent, ${received} received; 0 writes\n`);
  expect(sent).toBeGreaterThan(20);
  expect(received).toBe(sent);
});
