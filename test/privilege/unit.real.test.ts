import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../docs/code-block.js';
import { sendsDatagram } from './programs.js';
import { runInUnit, startVifUser, type VifUser } from './vif-user.js';

requireOwnNetwork();

const shipped = fileURLToPath(new URL('../../packages/cli/setup/vif@.service', import.meta.url));
const document = readDocument('docs/security.md');

/** The rows of the document's table of settings: their names and values. */
const documented = [...document.matchAll(/^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) +\| `([^|]*)` +\|/gm)].flatMap(
  ([, names = '', value = '']) => names.split(', ').map((name) => [name.replaceAll('`', ''), value]),
);

/** The settings of the unit from `User=` on. Those given several times are one. */
function settings(): [string, string][] {
  const text = readFileSync(shipped, 'utf8');
  const lines = text.slice(text.indexOf('\nUser='), text.indexOf('[Install]')).split('\n').filter(Boolean);
  const values = new Map<string, string>();
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/=(.*)/);
    values.set(name, [values.get(name), value].filter(Boolean).join(' '));
  }
  return [...values];
}

describe('the unit', () => {
  it('has the settings that the document explains', () => {
    expect(settings()).toEqual(documented);
  });

  it('leaves as little open as the document says, by the measure of systemd', () => {
    const [, figure] = /rates it (\d\.\d) of\s+10/.exec(document) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'unit-'));
    const unit = join(folder, 'vif@site.service');
    copyFileSync(shipped, unit);
    const judged = execFileSync('systemd-analyze', [
      'security',
      '--offline=true',
      '--json=short',
      `--threshold=${Math.round(Number(figure) * 10)}`,
      unit,
    ]);
    rmSync(folder, { recursive: true });
    const rows: { json_field: string; exposure: string | null }[] = JSON.parse(judged.toString());
    const open = rows.flatMap(({ json_field, exposure }) => (exposure === null ? [] : json_field));
    const explained = [
      'AmbientCapabilities',
      'CapabilityBoundingSet_CAP_NET_ADMIN',
      'DeviceAllow',
      'MemoryDenyWriteExecute',
      'PrivateDevices',
      'PrivateNetwork',
      'PrivateUsers',
      'ProcSubset',
      'RemoveIPC',
      'RestrictAddressFamilies_AF_INET_INET6',
      'RestrictAddressFamilies_AF_NETLINK',
      'RestrictAddressFamilies_AF_UNIX',
      'RootDirectoryOrRootImage',
      'SystemCallFilter_resources',
      'UMask',
    ];
    expect(open.filter((name) => !explained.includes(name))).toEqual([]);
  });
});

describe('in the unit, unlike with the capability alone,', () => {
  let user: VifUser;

  beforeAll(async () => {
    user = await startVifUser();
    await user.host.shell(`
      mkdir -m 777 /run/open /home/open && echo secret >/home/open/file && echo secret >/tmp/vif-unit-test
      mknod -m 666 /dev/net/other c 1 11
      ip link set dev lo up`);
  });
  afterAll(async () => {
    await user?.host.shell('rm -r /tmp/vif-unit-test /home/open');
    await user?.host.close();
  });

  it.each<[string, readonly string[]]>([
    ['no user namespace is made', ['unshare', '--user', 'true']],
    ['no device is opened that everybody may write to', ['sh', '-c', ': >/dev/net/other']],
    ['no datagram is sent', [...sendsDatagram]],
    ['no file is made where everybody may', ['touch', '/run/open/file']],
    ['no shared memory is made', ['touch', '/dev/shm/vif-unit-test']],
    ['no home is read', ['cat', '/home/open/file']],
    ["nobody's temporary files are read", ['cat', '/tmp/vif-unit-test']],
    ["nobody's processes are seen", ['ls', '/proc/1/status']],
    ['no setgid file is made', ['sh', '-c', 'touch /run/vifkit/s && chmod 2750 /run/vifkit/s']],
    ['no execution domain is chosen', ['setarch', '--addr-no-randomize', 'true']],
  ])('%s', async (_, argv) => {
    const free = await user.runCapable(argv);
    expect(free.status, free.stderr).toBe(0);
    const { status, stdout, stderr } = await runInUnit(user.host, argv);
    expect(status, `${stdout}${stderr}`).not.toBe(0);
  });
});
