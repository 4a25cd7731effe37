import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type HostChange, type VifDriver } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { listLinks, makeVendorTools, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { spawnVif } from '../../packages/cli/test/support/spawn-vif.js';
import { filtered, hybrid, idOf, tap } from '../gc/requests.js';
import { Site } from '../reliability/site.js';

requireOwnNetwork();

/** Plugged by a vendor's tool, after its links. */
const byTool = (number: number) => {
  const request = hybrid(number);
  return { ...request, vif: { ...request.vif, type: 'ivs' } };
};

/** Attaches to a tap as QEMU does, says so, and lets go of it at the end of its input. */
const attach = `
import fcntl, struct, sys
device = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(device, 0x400454CA, struct.pack('16sH22x', sys.argv[1].encode(), 0x1002))
print('attached', flush=True)
sys.stdin.read()
`;

const requests = [filtered(1), tap(2), hybrid(3, 'netdev')];
const soon = () => new Deadline(20_000).signal;
const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });

let site: Site;
let path: string;
let stateDir: string;
let tools: VendorTools;
let driver: VifDriver;
let own: readonly string[];

const open = (more: object = {}) =>
  openHost({ ovsdb: site.ovs.endpoint, stateDir, networkNamespace: path, reserve: true, ...more });
const drive = async (more: object = {}) =>
  createVifDriver({
    host: open(more),
    guests: new LibvirtGuestConfigurator(),
    plugins: await builtInPlugins(),
  });

beforeAll(async () => {
  site = await Site.open();
  path = `/proc/${site.namespace.pid}/ns/net`;
  stateDir = await mkdtemp(join(tmpdir(), 'netns-'));
  own = listLinks();
});
afterAll(async () => {
  await site.close();
  await rm(stateDir, { recursive: true });
});
beforeEach(async () => {
  tools = await makeVendorTools();
  await tools.put('nsenter', 'exec /usr/bin/nsenter "$@"');
  driver = await drive();
});
afterEach(async () => {
  await driver.gc({ keep: 'none' });
  await driver.close();
  expect(await site.leftOvers()).toEqual([]);
  expect(listLinks()).toEqual(own);
  await tools.close();
});

const valuesOf = async (results: Promise<readonly unknown[]>, key: string) =>
  (await results)
    .map((each) => JSON.parse(JSON.stringify(each)))
    .flatMap((each) => each.value?.[key] ?? each.error);

describe('a driver of another network namespace', () => {
  it('plugs there, with nothing to write again, and unplugs, and nothing appears in its own', async () => {
    const changes = await valuesOf(driver.plugAll(requests), 'changes');
    expect(changes.length).toBeGreaterThan(5);
    const links = await site.links();
    expect(links.sort()).toEqual(
      ['brq-routed', 'tap2', 'qbr00000003-70', 'qvb00000003-70', 'qvo00000003-70'].sort(),
    );
    expect(await site.names('Port')).toEqual(['qvo00000003-70']);
    expect(listLinks()).toEqual(own);
    expect(await valuesOf(driver.plugAll(requests), 'changes')).toEqual([]);
    expect(await valuesOf(driver.checkAll(requests), 'differences')).toEqual([]);
    const { vifs } = await driver.list();
    expect(vifs.map(({ vifId }) => vifId).sort()).toEqual([1, 2, 3].map(idOf));
    await valuesOf(driver.unplugAll(requests), 'changes');
    expect(await site.links()).toEqual(['brq-routed']); // others may use it
  });

  it('writes the settings of links, and filters, there', async () => {
    await driver.plugAll(requests);
    const setting = '/proc/sys/net/ipv6/conf/qbr00000003-70/disable_ipv6';
    expect((await site.namespace.run('cat', setting)).trim()).toBe('1');
    expect(await site.namespace.run('nft', 'list', 'table', 'bridge', 'vifkit')).toContain('tap1');
    expect(() => execFileSync('nft', ['list', 'table', 'bridge', 'vifkit'], { stdio: 'pipe' })).toThrow();
    await site.namespace.run('sh', '-c', `echo 0 >${setting}`);
    expect(await valuesOf(driver.checkAll([hybrid(3, 'netdev')]), 'differences')).toMatchObject([
      { differences: [{ attribute: 'ipv6', expected: false, actual: true }] },
    ]);
  });

  it('leaves nothing of a plug that fails, and names the program that is missing', async () => {
    await expect(driver.plug(byTool(4))).rejects.toMatchObject({
      cause: { code: 'COMMAND_NOT_FOUND', message: expect.stringContaining("no program 'ivs-ctl'") },
    });
    expect(await site.leftOvers()).toEqual([]);
  });

  it('runs the tools of vendors there', async () => {
    await tools.put('ivs-ctl', 'readlink /proc/self/ns/net >&2; exit 3');
    const inside = await site.namespace.run('readlink', '/proc/self/ns/net');
    await expect(driver.plug(byTool(4))).rejects.toMatchObject({
      cause: { code: 'COMMAND_FAILED', message: expect.stringContaining(inside.trim()) },
    });
  });

  it('knows who has a tap open there, and does not unplug it', async () => {
    await driver.plug(tap(2));
    const enter = ['--target', String(site.namespace.pid), '--net', '--'];
    const guest = spawn('nsenter', [...enter, 'python3', '-c', attach, 'tap2'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(guest, 'exit');
    await once(guest.stdout, 'data');
    try {
      await expect(driver.unplug(tap(2))).rejects.toMatchObject({
        code: 'VIF_IN_USE',
        message: expect.stringContaining(`python3 (process ${guest.pid})`),
      });
    } finally {
      guest.stdin.end();
      await ended;
    }
    await driver.unplug(tap(2));
    expect(await site.links()).toEqual([]);
  });

  it('reports a change there', async () => {
    await driver.plugAll([tap(2)]);
    const stop = new AbortController();
    const seen: HostChange[] = [];
    const watching = (async () => {
      for await (const change of driver.watch({ signal: stop.signal })) seen.push(change);
    })();
    let mtu = 1300;
    await vi.waitFor(
      async () => {
        await site.namespace.run('ip', 'link', 'set', 'dev', 'tap2', 'mtu', String(++mtu)); // until it listens
        expect(seen).toMatchObject([{ kind: 'link', name: 'tap2', vifIds: [idOf(2)] }]);
      },
      { timeout: 20_000, interval: 300 },
    );
    stop.abort();
    await watching;
  });

  it('starts few processes for thirty VIFs at once', async () => {
    const many = Array.from({ length: 30 }, (_, i) => hybrid(10 + i, 'netdev'));
    await valuesOf(driver.plugAll([tap(2)]), 'changes');
    await tools.forget();
    expect((await valuesOf(driver.plugAll(many), 'changes')).length).toBeGreaterThan(100);
    const plug = (await tools.calls()).map((argv) => argv.slice(3).join(' '));
    await tools.forget();
    expect(await valuesOf(driver.plugAll(many), 'changes')).toEqual([]);
    const again = (await tools.calls()).map((argv) => argv.slice(3).join(' '));
    expect(plug.length, plug.join('\n').slice(0, 3_000)).toBeLessThanOrEqual(15);
    expect(again.length, again.join('\n').slice(0, 3_000)).toBeLessThanOrEqual(8);
  });
});

describe('locks', () => {
  const key = `vif:${idOf(2).slice(0, 11)}`;

  it('are those of the namespace: a command inside waits for a driver outside', async () => {
    const [outside, here] = [open(), open({ networkNamespace: undefined })];
    try {
      const release = await outside.locks.acquire([key], soon());
      const { ino } = statSync(path);
      expect(readdirSync(join(stateDir, 'locks'))).toContain(`${ino}.${encodeURIComponent(key)}`);
      const elsewhere = await here.locks.tryAcquire(key);
      expect(elsewhere).toBeDefined();
      await elsewhere?.();
      const late = await site.run('plug', [tap(2)], '--state-dir', stateDir, '--timeout', '2');
      expect(late.lines[0]?.error).toMatchObject({
        code: 'PLUG_FAILED',
        message: expect.stringContaining(`process ${process.pid} `),
      });
      await release();
      const plugged = await site.run('plug', [tap(2)], '--state-dir', stateDir);
      expect(plugged.exitCode).toBe(0);
    } finally {
      await Promise.all([outside.close(), here.close()]);
    }
  });

  it('are never held outside and inside at once', async () => {
    const marker = join(stateDir, 'held');
    const outside = open();
    const ended = holdRepeatedly(marker);
    for (let i = 0; i < 50; i++) {
      const release = await outside.locks.acquire([key], soon());
      mkdirSync(marker); // fails if it is there
      await pause(1);
      rmdirSync(marker);
      await release();
    }
    await outside.close();
    expect(await ended).toBe('50 times\n');
  });

  /** What a process inside does with the same lock. */
  const holdRepeatedly = (marker: string) => {
    const compiled = new URL('../../packages/host/dist/locks/shared-locks.js', import.meta.url).href;
    const script = `
      import { mkdirSync, rmdirSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      import { SharedLocks } from '${compiled}';
      const [stateDir, key, marker] = process.argv.slice(1);
      const locks = new SharedLocks(stateDir);
      for (let i = 0; i < 50; i++) {
        const release = await locks.acquire([key], new AbortController().signal);
        mkdirSync(marker);
        await setTimeout(1);
        rmdirSync(marker);
        await release();
      }
      await locks.close();
      console.log('50 times');`;
    const argv = ['--input-type=module', '--eval', script, stateDir, key, marker];
    return site.namespace.run(process.execPath, ...argv);
  };
});

describe('the command', () => {
  it('examines that namespace', async () => {
    const { stdout } = await spawnVif([
      'doctor',
      '--netns',
      path,
      '--ovsdb',
      site.ovs.endpoint,
      '--format',
      'json',
    ]);
    expect(stdout).toContain(
      '{"package":"@vifkit/plugin-ovs-hybrid","role":"plugin","name":"ovs","lacks":[]}',
    );
  });

  it('takes the path of a namespace', async () => {
    const args = ['--netns', path, '--ovsdb', site.ovs.endpoint, '--state-dir', stateDir];
    const plugged = await spawnVif(['plug', ...args], { stdin: JSON.stringify(tap(2)) });
    expect(plugged).toMatchObject({ status: 0, stderr: '' });
    expect(await site.links()).toEqual(['tap2']);
    const inside = await site.run('check', [tap(2)], '--state-dir', stateDir);
    expect(inside.lines).toMatchObject([{ differences: [] }]);
  });
});

describe('a namespace with a name', () => {
  const name = `vifkit-${process.pid}`;

  it('has to be there, and to be the same', async () => {
    expect(() => open({ networkNamespace: name })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringContaining(`ip netns add ${name}`),
      }),
    );
    ip('netns', 'add', name);
    const named = await drive({ networkNamespace: name });
    try {
      await named.plug(tap(5));
      expect(ip('-netns', name, '-brief', 'link', 'show')).toContain('tap5');
      await named.unplug(tap(5));
      ip('netns', 'delete', name);
      ip('netns', 'add', name);
      await expect(named.plug(tap(5))).rejects.toMatchObject({
        cause: { code: 'INVALID_OPTIONS', message: expect.stringContaining('open a new one') },
      });
    } finally {
      ip('netns', 'delete', name);
      await named.close();
    }
  });

  it('can be no file of another sort', () => {
    for (const file of ['/etc/passwd', '/proc/self/ns/mnt']) {
      expect(() => open({ networkNamespace: file })).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTIONS',
          message: expect.stringContaining('not a network namespace'),
        }),
      );
    }
  });
});
