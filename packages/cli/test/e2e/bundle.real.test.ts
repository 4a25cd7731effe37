import { spawn } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request, vif } from '../support/requests.js';
import { jsonLines } from '../support/run-vif.js';
import { bin, spawnVif } from '../support/spawn-vif.js';
import { putVendorPackage } from '../support/vendor-package.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-bundle-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A converter that hands in an object of its own: it is one for the driver only if both have the same core. */
const converter = `
import { vifConverter } from '@vifkit/core';
import { VIFBridge } from '@vifkit/core/os-vif';

class AcmeConverter {
  convert({ id, address }) {
    return new VIFBridge({ id, address, plugin: 'noop', vif_name: 'tap-acme', bridge_name: 'br-acme' });
  }
}
vifConverter({ type: 'acme' })(AcmeConverter);

export default { name: '@acme/vifkit-plugin', provides: [AcmeConverter] };
`;

describe('a named plugin shares core with the command', () => {
  const stdin = jsonLines({ ...request, vif: { ...vif, type: 'acme' } });

  it.each([
    ['on the command line', (own: string) => ({ args: ['--plugin', own], env: {} })],
    ['in the environment', (own: string) => ({ args: [], env: { VIF_PLUGINS: own } })],
    ['in the configuration file', () => ({ args: ['--config', join(folder, 'vif.json')], env: {} })],
  ])('named %s', async (_, naming) => {
    const own = await putVendorPackage(folder, converter);
    await writeFile(join(folder, 'vif.json'), JSON.stringify({ plugin: own }));
    const { args, env } = naming(own);
    const { status, stdout, stderr } = await spawnVif(['config', '--format', 'json', ...args], {
      stdin,
      env: { ...process.env, ...env },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ id: 'port-1', path: 'os-vif', plugin: 'noop' });
  });
});

describe('the program', () => {
  const now = Date.now() / 1000;
  const main = 'bundle/main.cjs';

  /** A package of the program with these files, each of which tells its own path; and when they were written. */
  async function putProgram(files: Readonly<Record<string, number>>): Promise<void> {
    await put('package.json', '{"type": "module"}', now);
    await cp(dirname(bin), join(folder, 'bin'), { recursive: true });
    for (const [path, written] of Object.entries(files)) {
      const tell = `process.stdout.write('${path}');`;
      const start = `main = () => { ${tell} };`;
      await put(path, path === main ? `exports.${start}` : `export const ${start}`, written);
    }
  }

  async function put(path: string, content: string, written: number): Promise<void> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await utimes(file, written, written);
  }

  /** What it prints. */
  function run(...nodeArgs: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [...nodeArgs, join(folder, 'bin/vif.js')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text(child.stdout);
  }

  it('is the bundle, where it is as new as the modules', async () => {
    await putProgram({ [main]: now, 'dist/main.js': now - 9, 'tsconfig.tsbuildinfo': now });
    expect(await run()).toBe(main);
  });

  it('is the modules, where they have been compiled since', async () => {
    await putProgram({ [main]: now - 1, 'dist/main.js': now - 9, 'tsconfig.tsbuildinfo': now });
    expect(await run()).toBe('dist/main.js');
  });

  it('is the modules, where there is no bundle', async () => {
    await putProgram({ 'dist/main.js': now });
    expect(await run()).toBe('dist/main.js');
  });

  it('is the bundle as it is published: without build information, all files of the same age', async () => {
    await putProgram({ [main]: now, 'dist/main.js': now });
    expect(await run()).toBe(main);
  });

  it('is the bundle for who wants source maps, as modules of Node.js', async () => {
    await putProgram({ [main]: now });
    expect(await run('--enable-source-maps')).toBe(main);
  });
});

describe("V8's code of the bundle", () => {
  const reviewed = "exports.main = () => { process.stdout.write('reviewed'); };";
  const forged = reviewed.replace('reviewed', 'a forged!').replace('main =', 'main='); // of the same length
  let caches: string;
  beforeEach(async () => {
    caches = join(folder, 'caches');
    await mkdir(caches);
    await chmod(caches, 0o755);
    await mkdir(join(folder, 'bundle'));
    await cp(dirname(bin), join(folder, 'bin'), { recursive: true });
  });

  /** What the program prints whose bundle has this source. */
  async function run(source: string, args: readonly string[] = []): Promise<string> {
    await writeFile(join(folder, 'bundle/main.cjs'), source);
    const child = spawn(process.execPath, [...args, join(folder, 'bin/vif.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { XDG_CACHE_HOME: caches },
    });
    return text(child.stdout);
  }

  const kept = () => join(caches, `vifkit/${process.version}-${process.arch}`);
  const file = () => join(kept(), 'main.cjs');

  /** Leaves a cache that says it is of the reviewed source, but has the code of the forged one. */
  async function forge(): Promise<void> {
    expect(await run(forged)).toBe('a forged!');
    const content = await readFile(file());
    content.write(reviewed);
    await writeFile(file(), content);
  }

  it('is made by the first start, for its user alone, and not again', async () => {
    expect(await run(reviewed)).toBe('reviewed');
    const { mode, ino } = await stat(file());
    expect([mode & 0o777, (await stat(kept())).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await run(reviewed)).toBe('reviewed');
    expect((await stat(file())).ino).toBe(ino);
    expect(await readdir(join(folder, 'bundle'))).toEqual(['main.cjs']);
  });

  it('is taken from its user, whose own it is: so the forgeries below would be run', async () => {
    await forge();
    expect(await run(reviewed)).toBe('a forged!');
  });

  it('is not that of another source of the same length', async () => {
    expect(forged).toHaveLength(reviewed.length);
    expect(await run(forged)).toBe('a forged!');
    expect(await run(reviewed)).toBe('reviewed');
    expect(await run(forged)).toBe('a forged!');
  });

  it('is not what lies beside the bundle', async () => {
    await forge();
    const content = await readFile(file());
    await rm(kept(), { recursive: true });
    const start = Math.ceil(reviewed.length / 8) * 8;
    for (const name of ['main.cjs.code', 'main.cjs.cache']) {
      await writeFile(join(folder, 'bundle', name), content.subarray(start));
    }
    expect(await run(reviewed)).toBe('reviewed');
  });

  it.each([
    ['the file', file, 0o602],
    ['the file', file, 0o620],
    ['the folder', kept, 0o777],
    ['the folder', kept, 0o1777],
    ['a folder above', () => join(caches, 'vifkit'), 0o777],
    ['the folder of caches', () => caches, 0o775],
  ])('is not used where another user could write %s', async (_, path, mode) => {
    await forge();
    await chmod(path(), mode);
    expect(await run(reviewed)).toBe('reviewed');
  });

  it.each([
    ['the file', file],
    ['the folder', kept],
  ])('is not used where %s is a link', async (_, path) => {
    await forge();
    await rename(path(), join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), path());
    expect(await run(reviewed)).toBe('reviewed');
  });

  it('is made anew where it is damaged', async () => {
    await run(reviewed);
    await truncate(file(), 99);
    expect(await run(reviewed)).toBe('reviewed');
    const { size, ino } = await stat(file());
    expect(size).toBeGreaterThan(99);
    expect(await run(reviewed)).toBe('reviewed');
    expect((await stat(file())).ino).toBe(ino);
  });

  it('does not change for a start with options of V8', async () => {
    await run(reviewed);
    const { ino } = await stat(file());
    expect(await run(reviewed, ['--no-opt'])).toBe('reviewed');
    expect((await stat(file())).ino).toBe(ino);
  });

  it('is not needed', async () => {
    await rm(caches, { recursive: true });
    expect(await run(reviewed)).toBe('reviewed');
    await writeFile(caches, 'no folder');
    expect(await run(reviewed)).toBe('reviewed');
  });
});
