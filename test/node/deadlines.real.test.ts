import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeVendorTools, nodeReleases, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Site } from '../reliability/site.js';
import { startVif, type VifEnd } from '../reliability/vif-process.js';

requireOwnNetwork();

/** Seconds. On Node.js 20, a timer that is not held in the right way fires after six, and not after ten. */
const TIMEOUTS = [2, 12];
/** Seconds after which an OVSDB server that says nothing is given up. */
const SILENCE = 10;
/** What only the release that runs the tests is tried with. */
const LONG_TIMEOUT = 40;
const UNDO_TIMEOUT = 3;
/** Seconds that a process of a busy machine may take to start and to end beside its own time. */
const MARGIN = 10;

const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000002' };
let made = 0;
const freshId = () => `${(++made).toString(16).padStart(8, '0')}-704c-4c9f-8e1d-306f8ba25d02`;

/** As os-vif's `create_port` and `create_tap` have it: the port waits for ovs-vswitchd. */
const createTap = (id: string) => ({
  vif: {
    'versioned_object.name': 'VIFOpenVSwitch',
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': {
      id,
      address: 'fa:16:3e:10:00:02',
      plugin: 'ovs',
      vif_name: `tap${id}`.slice(0, 14),
      bridge_name: 'br-int',
      network: {
        'versioned_object.name': 'Network',
        'versioned_object.namespace': 'os_vif',
        'versioned_object.version': '1.1',
        'versioned_object.data': { id, bridge: 'br-int' },
      },
      port_profile: {
        'versioned_object.name': 'VIFPortProfileOpenVSwitch',
        'versioned_object.namespace': 'os_vif',
        'versioned_object.version': '1.3',
        'versioned_object.data': { interface_id: id, create_port: true, create_tap: true },
      },
    },
  },
  instance,
});

const midonet = (id: string) => ({
  vif: { id, address: 'fa:16:3e:10:00:03', type: 'midonet', devname: `tap${id}`.slice(0, 14) },
  instance,
});

let site: Site;
let tools: VendorTools;
let folder: string;
const closing: (() => void)[] = [];
const table: string[] = [];

beforeAll(async () => {
  site = await Site.open();
  await site.ovs.vswitchd.stop();
  tools = await makeVendorTools();
  folder = mkdtempSync(join(tmpdir(), 'deadlines-'));
});
afterAll(async () => {
  for (const close of closing) close();
  await tools?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`Seconds until a call that hangs has ended:\n${table.join('\n')}\n`);
});

interface Run {
  readonly end: VifEnd;
  readonly seconds: number;
  readonly timeout: number;
}

/** Runs `vif plug` for a VIF of its own with each release and each timeout, all at once. */
async function plugEverywhere(
  situation: string,
  makeRequest: (id: string) => unknown,
  ovsdb = site.ovs.endpoint,
): Promise<Run[]> {
  const [[running, own] = ['', ''], ...others] = nodeReleases();
  const runs = [
    ...[...others, [running, own]].flatMap(([release, node]) =>
      TIMEOUTS.map((timeout) => ({ release, node, timeout })),
    ),
    { release: running, node: own, timeout: LONG_TIMEOUT },
  ];
  return Promise.all(
    runs.map(async ({ release, node, timeout }) => {
      const began = performance.now();
      const times = ['--timeout', String(timeout), '--undo-timeout', String(UNDO_TIMEOUT)];
      const args = ['plug', '--ovsdb', ovsdb, '--state-dir', folder, ...times];
      const end = await startVif(site.namespace, args, [makeRequest(freshId())], node).ended;
      const seconds = (performance.now() - began) / 1000;
      table.push(`${situation}, Node.js ${release}, --timeout ${timeout}: ${seconds.toFixed(1)}`);
      return { end, seconds, timeout };
    }),
  );
}

/** That each has ended in time, and not before. */
function expectInTime(runs: readonly Run[], undoing: number, ending: object): void {
  for (const { end, seconds, timeout } of runs) {
    expect(end.exitCode).toBe(1);
    expect(end.lines).toMatchObject([{ error: ending }]);
    expect(seconds).toBeGreaterThan(timeout);
    expect(seconds).toBeLessThan(timeout + undoing + MARGIN);
  }
}

describe.concurrent('a plug', () => {
  it('ends in time where ovs-vswitchd is dead', async () => {
    const runs = await plugEverywhere('dead ovs-vswitchd', createTap);
    expectInTime(runs, UNDO_TIMEOUT, { code: 'PLUG_FAILED', cause: { code: 'OVS_NOT_WIRED' } });
  });

  it('ends in time where another process holds the lock, and reports which', async () => {
    const compiled = fileURLToPath(
      new URL('../../packages/host/dist/locks/shared-locks.js', import.meta.url),
    );
    const script = `
    import { SharedLocks } from ${JSON.stringify(compiled)};
    const locks = new SharedLocks(process.argv[1]);
    const ids = process.argv.slice(2);
    await locks.acquire(ids.map((id) => 'vif:' + id.slice(0, 11)), new AbortController().signal);
    console.log('held');
    setInterval(() => {}, 1_000);`;
    const ids = Array.from({ length: 20 }, freshId);
    const argv = ['--target', String(site.namespace.pid), '--net', '--', process.execPath];
    const holder = spawn('nsenter', [...argv, '--input-type=module', '--eval', script, folder, ...ids]);
    closing.push(() => holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    const runs = await plugEverywhere('a held lock', () => midonet(ids.pop() ?? ''));
    const message = expect.stringContaining(`which process ${holder.pid} of user 0 has held since`);
    expectInTime(runs, 0, { cause: { code: 'TIMEOUT', message } });
  });

  it("ends in time where a vendor's tool hangs, in plug and in undoing", async () => {
    await tools.put('mm-ctl', 'exec sleep 600');
    const runs = await plugEverywhere('a hanging tool', midonet);
    expectInTime(runs, UNDO_TIMEOUT, {
      code: 'PLUG_FAILED',
      cause: { code: 'TIMEOUT' },
      message: expect.stringMatching(/undone.*Undoing had 3 s.*--undo-timeout/),
    });
  });

  it('ends in time where the OVSDB server is mute', async () => {
    const path = join(folder, 'mute.sock');
    const server = createServer(() => {}).listen(path);
    closing.push(() => server.close());
    await once(server, 'listening');
    const runs = await plugEverywhere('a mute OVSDB server', createTap, `unix:${path}`);
    const isSoon = ({ timeout }: { readonly timeout: number }) => timeout < SILENCE;
    expectInTime(runs.filter(isSoon), 0, { cause: { code: 'TIMEOUT' } });
    // Whoever has more time hears before its end that the server gives no sign of life.
    for (const { end, seconds, timeout } of runs.filter((each) => !isSoon(each))) {
      expect(end.lines).toMatchObject([{ error: { cause: { code: 'OVSDB_UNREACHABLE' } } }]);
      expect(seconds).toBeLessThan(timeout + MARGIN);
    }
  });
});

it('has left nothing behind then', async () => {
  expect(await site.leftOvers()).toEqual([]);
});
