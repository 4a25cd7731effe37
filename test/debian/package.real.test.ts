import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tap } from '../gc/requests.js';

requireOwnNetwork();

const script = fileURLToPath(new URL('../../packages/cli/scripts/deb.js', import.meta.url));

const life = fileURLToPath(new URL('life.sh', import.meta.url));

let folder: string;
let deb: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deb-'));
  const env = { DEBFULLNAME: 'The test', DEBEMAIL: 'nobody@debian.org' };
  deb = (await execa(process.execPath, [script, folder], { env })).stdout;
});
afterAll(() => rm(folder, { recursive: true }));

it('has no error by lintian', async () => {
  const { stdout } = await execa('lintian', ['--no-cfg', '--allow-root', '--fail-on', 'none', deb]);
  expect(stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
});

/** A stand-in for Debian's package of Node.js, which may be too old here: this process's own is used. */
async function nodePackage(): Promise<string> {
  const root = join(folder, 'nodejs');
  await mkdir(join(root, 'DEBIAN'), { recursive: true });
  const control = `Package: nodejs\nVersion: ${process.versions.node}\nArchitecture: all\nMaintainer: The test <nobody@debian.org>\nDescription: the one that runs this test\n`;
  await writeFile(join(root, 'DEBIAN/control'), control);
  await execa('dpkg-deb', ['--root-owner-group', '--build', root, `${root}.deb`]);
  return `${root}.deb`;
}

/**
 * This machine's Debian under a layer that takes what is written: install, use, remove, purge. The layer has to be as before
 * then, but for dpkg's own logs. clean-root.sh does the same on a root of its own, which takes longer.
 */
const stage = `
set -e
mount --make-rprivate /
mkdir "$STAGE/disk"; mount -t tmpfs none "$STAGE/disk"
mkdir "$STAGE/disk/upper" "$STAGE/disk/work" "$STAGE/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$STAGE/disk/upper,workdir=$STAGE/disk/work" "$STAGE/root"
cd "$STAGE/root"
cp "$NODE" mnt/node; cp "$DEB" mnt/vif.deb; cp "$STAGE/nodejs.deb" "$STAGE/request.json" "$LIFE" mnt/
mount -t proc proc proc; mount --bind /sys sys; mount --bind /dev dev; mount -t tmpfs none run; mount -t tmpfs none tmp
rm -f usr/local/bin/vif
written() { find "$STAGE/disk/upper" ! -type d | grep -Ev '/upper/(mnt|var/(log|cache|lib/dpkg)|etc/(passwd|group|shadow|gshadow|subuid|subgid|[.]pwd[.]lock)-?$)' | sort; }
chroot . sh /mnt/life.sh node
written >"$STAGE/written-before"
chroot . sh /mnt/life.sh package
echo LEFT:
written | comm -13 "$STAGE/written-before" -
find "$STAGE/disk/upper" -type d -name '*vif*'
`;

it('is installed, plugs, checks, and leaves nothing when it is removed and purged', async () => {
  await nodePackage();
  await writeFile(join(folder, 'request.json'), JSON.stringify(tap(1)));
  const env = { STAGE: folder, NODE: process.execPath, DEB: deb, LIFE: life };
  const ended = await execa('unshare', ['--mount', '--', 'sh', '-c', stage], {
    env,
    all: true,
    reject: false,
  });
  expect(ended.exitCode, ended.all).toBe(0);
  const [used = '', left] = ended.all.split('LEFT:');
  expect(used).toContain('+ link tap1');
  expect(used).toContain('it has no carrier: no guest has it open');
  expect(left?.trim()).toBe('');
});

it('is small', async () => {
  expect((await readFile(deb)).length).toBeLessThan(10 * 1024 * 1024);
});
