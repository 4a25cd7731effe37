import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileVfJournal } from '../../packages/host/src/records/vf-records.js';
import { becomeNobody, type Nobody } from './nobody.js';

const nobody = 65_534;
const address = '0000:c2:0a.1';
const record = {
  vifId: '5a3b8e6c-9d41-4f0a-8c27-1e6f0d9b2a31',
  former: { mac: '52:54:00:00:00:01', vlan: 9 },
};
const text = JSON.stringify({ version: 1, address, ...record });

let user: Nobody;
/** The other user's own, and one of root's in which anybody may look. */
let theirs: string;
let ours: string;

beforeEach(async () => {
  user = await becomeNobody();
  theirs = await mkdtemp(join(tmpdir(), 'theirs-'));
  await chown(theirs, nobody, nobody);
  ours = await mkdtemp(join(tmpdir(), 'ours-'));
  await chmod(ours, 0o755);
});
afterEach(async () => {
  await user.close();
  for (const path of [theirs, ours]) await rm(path, { recursive: true });
});

/** What the other user does, in a shell. */
async function does(script: string): Promise<void> {
  expect(await user.run(['sh', '-ec', script])).toMatchObject({ status: 0, stderr: '' });
}

/** As root. */
async function refuses(folder: string, code: string): Promise<void> {
  const journal = new FileVfJournal(folder);
  const failure = { code: 'JOURNAL_FAILED', cause: { code } };
  const before = await readdir(theirs);
  expect((await journal.read([address])).get(address)).toMatchObject(failure);
  await expect(journal.list()).rejects.toMatchObject(failure);
  expect(await journal.record(address, record)).toMatchObject(failure);
  expect(await journal.forget(address)).toMatchObject(failure);
  expect(await readdir(theirs)).toEqual(before);
}

describe("another user's attempt at root's records", () => {
  it.each([
    ['a directory', `mkdir -m 700 state; echo '${text}' >state/vf-${address}.json`],
    ['a directory that root may write to', `mkdir -m 777 state; echo '${text}' >state/vf-${address}.json`],
    ['a link to one of root', 'ln -s "$OURS" state'],
  ])('fails by %s', async (_, script) => {
    await mkdir(join(ours, 'state'), { mode: 0o700 });
    await does(`cd ${theirs}; OURS=${ours}/state; ${script}`);
    await refuses(join(theirs, 'state'), 'STATE_DIRECTORY_UNSAFE');
    expect(await readdir(join(ours, 'state'))).toEqual([]);
  });

  it('fails by a directory in the place of one that root will have in /tmp', async () => {
    const name = `${ours}-next`;
    try {
      await does(`mkdir -m 777 ${name}`);
      await refuses(name, 'STATE_DIRECTORY_UNSAFE');
      await does(`rmdir ${name}; ln -s ${ours} ${name}`);
      await refuses(name, 'STATE_DIRECTORY_UNSAFE');
      await refuses(join(name, 'state'), 'STATE_DIRECTORY_UNSAFE');
      expect(await readdir(ours)).toEqual([]);
    } finally {
      await rm(name, { force: true, recursive: true });
    }
  });

  it("fails by root's own directory below a link or a directory of his", async () => {
    const state = join(theirs, 'state');
    await mkdir(state, { mode: 0o700 }); // root's
    await refuses(state, 'STATE_DIRECTORY_UNSAFE');
    await rename(state, join(ours, 'state'));
    await symlink(ours, join(ours, 'link'));
    await lchown(join(ours, 'link'), nobody, nobody);
    await refuses(join(ours, 'link/state'), 'STATE_DIRECTORY_UNSAFE');
    expect(await new FileVfJournal(join(ours, 'state')).list()).toEqual(new Map());
  });

  it.each([
    ['a file', 'cp record FILE'],
    ['a FIFO', 'mkfifo FILE'],
    ['a link to a record of his', 'ln -s "$PWD/record" FILE'],
    ['a link to a file of root', 'ln -s /etc/shadow FILE'],
  ])('fails by %s that was put into it while it was open', async (_, script) => {
    const state = join(ours, 'state');
    const file = join(state, `vf-${address}.json`);
    await mkdir(state);
    await chmod(state, 0o777);
    await writeFile(join(theirs, 'record'), text, { mode: 0o644 });
    await does(`cd ${theirs}; ${script.replace('FILE', file)}`);
    await chmod(state, 0o755);
    const found = (await new FileVfJournal(state).read([address])).get(address);
    expect(found).toMatchObject({ code: 'JOURNAL_INVALID', message: expect.stringContaining(file) });
  });

  it('fails by a device', async () => {
    const state = join(ours, 'state');
    await mkdir(state, { mode: 0o700 });
    execFileSync('mknod', [join(state, `vf-${address}.json`), 'c', '1', '5']); // that of /dev/zero
    const found = (await new FileVfJournal(state).read([address])).get(address);
    expect(found).toMatchObject({ code: 'JOURNAL_INVALID' });
  });

  it('fails at what root has made: he can neither read, add nor remove', async () => {
    const state = join(ours, 'state');
    expect(await new FileVfJournal(state).record(address, record)).toBeUndefined();
    for (const script of ['ls', 'touch', 'rm -f']) {
      const { status } = await user.run(['sh', '-ec', `${script} ${state}/vf-${address}.json`]);
      expect(status).not.toBe(0);
    }
    const { status, stdout } = await user.vif([
      'gc',
      '--keep-none',
      '--state-dir',
      state,
      '--format',
      'json',
    ]);
    expect(status).toBe(1);
    expect(stdout).toContain('JOURNAL_FAILED');
    expect(await readdir(state)).toEqual([`vf-${address}.json`]);
  });
});

describe('a state directory that root may write to, but cannot', () => {
  const vif = fileURLToPath(new URL('../../packages/cli/bin/vif.js', import.meta.url));
  const instance = { uuid: '1a3b8e6c-9d41-4f0a-8c27-1e6f0d9b2a31' };
  const network = { id: instance.uuid, bridge: 'br-int', subnets: [], meta: {} };
  const tap = { id: record.vifId, address: 'fa:16:3e:00:00:01', type: 'tap', devname: 'tap0', network };

  it.each([
    ['is full', 'nr_inodes=1', /ENOSPC.*Make room on its file system/],
    ['is read-only', 'ro', /EROFS.*Mount its file system writable/],
  ])('says what to do if its file system %s', async (_, option, message) => {
    const script = 'mount -t tmpfs -o "$1" none "$2"; exec node "$3" plug --state-dir "$2/state"';
    const args = ['--mount', 'sh', '-ec', script, 'sh', option, ours, vif];
    const input = JSON.stringify({ vif: tap, instance });
    const { exitCode, stderr } = await execa('unshare', args, { input, reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe('a state directory that root shares with a group', () => {
  it('has records that each of its members reads, writes and removes', async () => {
    const state = join(ours, 'state');
    const file = join(state, `vf-${address}.json`);
    await mkdir(state);
    await chown(state, 0, nobody); // whose group has this number, too
    await chmod(state, 0o2770);
    const journal = new FileVfJournal(state);
    expect(await journal.record(address, record)).toBeUndefined();
    expect(await stat(file)).toMatchObject({ uid: 0, gid: nobody, mode: 0o100660 });
    await does(`grep -q ${record.vifId} ${file}; umask 007; cp ${file} ${file}.new; mv ${file}.new ${file}`);
    expect(await stat(file)).toMatchObject({ uid: nobody, gid: nobody });
    expect(await journal.list()).toEqual(new Map([[address, record]]));
    expect(await journal.forget(address)).toBeUndefined();
    expect(await readdir(state)).toEqual([]);
  });
});
