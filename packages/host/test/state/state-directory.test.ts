import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fileModeIn,
  findStateDirectory,
  openStateDirectory,
  openSubdirectory,
} from '../../src/state/state-directory.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'state-'));
});
afterEach(() => rm(root, { recursive: true }));

const below = (name: string) => join(root, name);
async function make(name: string, mode: number): Promise<string> {
  await mkdir(below(name));
  await chmod(below(name), mode); // whatever the umask is
  return below(name);
}
const modeOf = async (path: string) => (await lstat(path)).mode & 0o7777;
const unsafe = (says: string) => ({
  code: 'STATE_DIRECTORY_UNSAFE',
  message: expect.stringContaining(says),
});

describe('a state directory', () => {
  it('is made with its parents, for this user alone', async () => {
    const path = below('a/b');
    expect(await findStateDirectory(path)).toBeUndefined();
    expect(await readdir(root)).toEqual([]);
    const made = await openStateDirectory(path);
    expect(made).toMatchObject({ path, sharedBy: undefined });
    expect([await modeOf(below('a')), await modeOf(path), fileModeIn(made)]).toEqual([0o700, 0o700, 0o600]);
    expect(await findStateDirectory(path)).toEqual(made);
    expect(await openStateDirectory(path)).toEqual(made);
  });

  it('is shared with a group by its mode', async () => {
    const path = await make('shared', 0o2770);
    const { gid } = await lstat(path);
    const shared = await openStateDirectory(path);
    expect(shared).toMatchObject({ path, sharedBy: gid });
    expect(fileModeIn(shared)).toBe(0o660);
    const inner = await openSubdirectory(shared, 'locks');
    expect(inner).toMatchObject({ path: join(path, 'locks'), sharedBy: gid });
    expect(await modeOf(inner.path)).toBe(0o2770);
    expect(await openSubdirectory(shared, 'locks')).toEqual(inner);
    expect(await readdir(path)).toEqual(['locks']);
  });

  it('is one when many ask for it at once', async () => {
    const shared = await openStateDirectory(await make('shared', 0o2770));
    const opened = await Promise.all(Array.from({ length: 20 }, () => openSubdirectory(shared, 'locks')));
    expect(new Set(opened.map(({ path }) => path))).toEqual(new Set([join(shared.path, 'locks')]));
    expect(await readdir(shared.path)).toEqual(['locks']);
  });

  it('has one of its own in it that nobody else sees', async () => {
    const own = await openStateDirectory(below('own'));
    await openSubdirectory(own, 'locks');
    expect(await modeOf(below('own/locks'))).toBe(0o700);
  });

  it.each([0o777, 0o1777, 0o702, 0o2772])('is refused if everybody can write to it: %o', async (mode) => {
    const path = await make('open', mode);
    const refusal = unsafe('chmod o-w');
    await expect(openStateDirectory(path)).rejects.toMatchObject(refusal);
    await expect(findStateDirectory(path)).rejects.toMatchObject(refusal);
  });

  it.each(['', '/', '/.'])('is refused as a symbolic link: link%s', async (end) => {
    await symlink(await make('directory', 0o700), below('link'));
    await expect(openStateDirectory(`${below('link')}${end}`)).rejects.toMatchObject(unsafe('symbolic link'));
  });

  it('is refused as a link to nothing, and nothing is made there', async () => {
    await symlink(below('elsewhere'), below('link'));
    await expect(openStateDirectory(below('link'))).rejects.toMatchObject(unsafe('symbolic link'));
    expect(await readdir(root)).toEqual(['link']);
  });

  it('may be below a link of this user', async () => {
    await make('directory', 0o700);
    await symlink('../directory/../directory', below('directory/link'));
    expect(await openStateDirectory(below('directory/link/state'))).toMatchObject({
      path: below('directory/state'),
    });
  });

  it.each([0o777, 0o770, 0o2770, 0o703])('is refused below a directory of mode %o', async (mode) => {
    const parent = await make('open', mode);
    await expect(openStateDirectory(join(parent, 'state'))).rejects.toMatchObject(unsafe(`below ${parent}`));
    expect(await readdir(parent)).toEqual([]);
    await symlink(parent, below('link'));
    await expect(openStateDirectory(below('link/state'))).rejects.toMatchObject(unsafe(`below ${parent}`));
  });

  it('may be below one with the sticky bit, as /tmp', async () => {
    const parent = await make('sticky', 0o1777);
    expect(await openStateDirectory(join(parent, 'state'))).toMatchObject({ path: join(parent, 'state') });
  });

  it('fails for a file, below a file, and for links in a circle', async () => {
    await writeFile(below('file'), '');
    await symlink(below('circle'), below('circle'));
    for (const path of ['file', 'file/state', 'circle/state']) {
      await expect(openStateDirectory(below(path))).rejects.toMatchObject({ code: 'STATE_DIRECTORY_FAILED' });
    }
  });

  it('in another is judged as that', async () => {
    const shared = await openStateDirectory(await make('shared', 0o2770));
    await symlink(root, join(shared.path, 'link'));
    await expect(openSubdirectory(shared, 'link')).rejects.toMatchObject(unsafe('symbolic link'));
    await make('shared/open', 0o777);
    await expect(openSubdirectory(shared, 'open')).rejects.toMatchObject(unsafe('chmod o-w'));
    await writeFile(join(shared.path, 'file'), '');
    await expect(openSubdirectory(shared, 'file')).rejects.toMatchObject({
      code: 'STATE_DIRECTORY_FAILED',
      message: expect.stringContaining('--state-dir'),
    });
  });
});
