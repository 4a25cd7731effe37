import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds, makePackage, problemWith } from '../src/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bin = join(root, 'packages/create-vifkit-plugin/dist/bin.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vifkit-create-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a package that is made', () => {
  it.each(kinds)('compiles, and keeps its promises: a %s', async (kind) => {
    const own = join(folder, kind);
    const files = await makePackage({ folder: own, name: '@acme/vifkit-plugin', plugin: 'acme_net', kind });
    expect(files).toEqual(
      expect.arrayContaining(['.github/workflows/ci.yml', '.gitignore', 'README.md', 'package.json']),
    );
    for (const file of files) expect(await readFile(join(own, file), 'utf8'), file).not.toMatch(/__[A-Z]+__/);
    const { stdout } = await execa('npm', ['test'], { cwd: own });
    expect(stdout).toMatch(/^(ℹ|#) fail 0$/m);
    expect(stdout).toMatch(/^(ℹ|#) pass [1-9]\d/m);
  });

  it('is made by the command, which asks nothing where nobody can answer', async () => {
    const { stdout } = await execa(process.execPath, [bin, 'vifkit-plugin-blue'], { cwd: folder, input: '' });
    expect(stdout).toContain('Made vifkit-plugin-blue in vifkit-plugin-blue');
    const manifest = JSON.parse(await readFile(join(folder, 'vifkit-plugin-blue/package.json'), 'utf8'));
    expect(manifest.vifkit.provides).toEqual([{ role: 'plugin', name: 'blue' }]);
  });
});

describe('nothing is made', () => {
  it('in a folder that has something in it', async () => {
    await writeFile(join(folder, 'mine.txt'), 'mine');
    const answers = { folder, name: 'a', plugin: 'a', kind: 'plugin' } as const;
    await expect(makePackage(answers)).rejects.toThrow('is not empty');
    const { exitCode, stderr } = await execa(process.execPath, [bin, folder, '--yes'], { reject: false });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `create-vifkit-plugin: ${folder} is not empty; name an empty or a new folder`,
    });
  });

  it.each([
    [{ name: 'Acme' }, "'Acme' is not a valid package name"],
    [{ name: '../acme' }, 'is not a valid package name'],
    [{ plugin: 'acme-net' }, "'acme-net' is not a valid plugin name"],
    [{ plugin: '' }, "'' is not a valid plugin name"],
    [{ kind: 'thing' as 'plugin' }, "'thing' is not a kind: use plugin, converter, driver"],
  ])('with %o', (wrong, message) => {
    expect(problemWith({ name: 'a', plugin: 'a', kind: 'plugin', ...wrong })).toContain(message);
  });
});
