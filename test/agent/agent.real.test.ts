import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { listLinks, type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

requireOwnNetwork();

const agent = fileURLToPath(new URL('agent.js', import.meta.url));
const count = 200;

let ovs: OpenVSwitch;
let stateDir: string;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'vif-agent-'));
  ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', `datapath_type=${ovs.datapathType}`);
}, 60_000);
afterAll(async () => {
  await ovs.stop();
  await rm(stateDir, { recursive: true });
});

const versioned = (name: string, version: string, data: object) => ({
  'versioned_object.name': name,
  'versioned_object.namespace': 'os_vif',
  'versioned_object.version': version,
  'versioned_object.data': data,
});

/** A tap that is a port of br-int. */
function request(number: number) {
  const id = `${String(number).padStart(8, '0')}-704c-4c9f-8e1d-306f8ba25d02`;
  const network = versioned('Network', '1.0', { bridge: 'br-int', mtu: 1450 });
  const profile = { interface_id: id, create_port: true, create_tap: true, datapath_type: ovs.datapathType };
  const vif = versioned('VIFOpenVSwitch', '1.0', {
    id,
    address: `fa:16:3e:20:00:${(number % 256).toString(16).padStart(2, '0')}`,
    plugin: 'ovs',
    vif_name: `tapa${number}`,
    bridge_name: 'br-int',
    network,
    port_profile: versioned('VIFPortProfileOpenVSwitch', '1.4', profile),
  });
  return { id, instance: { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401' }, vif };
}

const ports = async () =>
  (await ovs.vsctl('list-ports', 'br-int')).split('\n').filter((each) => each.startsWith('tapa'));
const soon = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 60_000, interval: 300 });

it(`an agent of a hundred lines keeps ${count} VIFs plugged, whatever happens, and ends by itself`, async () => {
  expect((await readFile(agent, 'utf8')).split('\n').length).toBeLessThanOrEqual(100);
  const input = Array.from({ length: count }, (_, i) => JSON.stringify(request(i + 1))).join('\n');
  const running = execa(process.execPath, [agent, ovs.endpoint, stateDir], { input, reject: false });
  const told: { readonly event: string; readonly [key: string]: unknown }[] = [];
  createInterface({ input: running.stdout }).on('line', (line) => told.push(JSON.parse(line)));
  await soon(async () => expect(told).toContainEqual({ event: 'ready', listed: count }));
  expect(await ports()).toHaveLength(count);

  // Somebody else takes a port away, and changes a link.
  await ovs.vsctl('del-port', 'tapa7');
  await execa('ip', ['link', 'set', 'dev', 'tapa9', 'mtu', '1300']);
  await soon(async () => {
    expect(await ports()).toContain('tapa7');
    expect(JSON.parse((await execa('ip', ['-json', 'link', 'show', 'tapa9'])).stdout)).toMatchObject([
      { mtu: 1450 },
    ]);
  });

  // The database goes away for a while, and what is changed then is not seen.
  await ovs.server.stop();
  await ovs.server.start();
  await ovs.vsctl('del-port', 'tapa8');
  await soon(async () => expect(await ports()).toContain('tapa8'));
  expect(await ports()).toHaveLength(count);

  running.kill('SIGTERM');
  const { exitCode, stderr } = await running;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(told.at(-1)).toEqual({ event: 'ended', left: 0 });
  expect(await ports()).toEqual([]);
  expect(listLinks().filter((name) => name.startsWith('tapa'))).toEqual([]);
}, 300_000);

it('a process whose driver is idle ends, though the driver is not closed', async () => {
  const idle = fileURLToPath(new URL('idle.js', import.meta.url));
  const args = [idle, ovs.endpoint, stateDir, JSON.stringify(request(1))];
  const { exitCode, stdout, timedOut } = await execa(process.execPath, args, {
    reject: false,
    timeout: 60_000,
  });
  expect({ exitCode, timedOut, changes: Number(stdout) > 0 }).toEqual({
    exitCode: 0,
    timedOut: false,
    changes: true,
  });
}, 90_000);
