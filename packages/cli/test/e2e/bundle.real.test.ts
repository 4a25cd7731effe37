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
import { crc32 } from 'node:zlib';
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

  /** What the program prints whose bundle has this source; the one before unless given. */
  async function run(
    source?: string,
    options: readonly string[] = [],
    args: readonly string[] = [],
  ): Promise<string> {
    const path = join(folder, 'bundle/main.cjs');
    const former = await readFile(path, 'utf8').catch(() => '');
    if (source !== undefined && source !== former) await writeFile(path, source);
    return start(folder, options, args);
  }

  /** What the program in a folder prints. */
  function start(at: string, options: readonly string[] = [], args: readonly string[] = []): Promise<string> {
    const child = spawn(process.execPath, [...options, join(at, 'bin/vif.js'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { XDG_CACHE_HOME: caches },
    });
    return text(child.stdout);
  }

  const kept = () => join(caches, `vifkit/${process.version}-${process.arch}`);
  /** The file of a command of the program in a folder. */
  const nameOf = (command: string, at = folder) => {
    const copy = crc32(join(at, 'bundle')).toString(16).padStart(8, '0');
    return `${command}-${copy}.code`;
  };
  const file = () => join(kept(), nameOf('vif'));
  const inode = async () => (await stat(file())).ino;

  /** The first start keeps the modules, and three more the code that they needed. */
  async function learn(source: string, prints: string): Promise<void> {
    for (let start = 0; start < 4; start++) expect(await run(source)).toBe(prints);
  }

  /** Leaves a cache that says it is of the reviewed source, but has the code of the forged one. */
  async function forge(): Promise<void> {
    await learn(forged, 'a forged!');
    const content = await readFile(file());
    const start = content.indexOf('\n') + 1;
    const { modules, ...others } = JSON.parse(content.toString('latin1', 0, start));
    const source = content.toString('latin1', start, start + others.length).replace(forged, reviewed);
    const code = content.subarray(Math.ceil((start + others.length) / 8) * 8);
    await writeFile(join(folder, 'bundle/main.cjs'), reviewed);
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(join(folder, 'bundle/main.cjs'));
    const state = [dev, ino, size, mtimeMs, ctimeMs].join(' ');
    const checksum = crc32(code, crc32(source));
    const line = `${JSON.stringify({ modules: [{ ...modules[0], state }], ...others, checksum })}\n`;
    const text = Buffer.alloc(Math.ceil((line.length + source.length) / 8) * 8);
    text.write(line + source, 'latin1');
    await writeFile(file(), Buffer.concat([text, code]));
  }

  it('is made by the first starts, for their user alone, and not again', async () => {
    await learn(reviewed, 'reviewed');
    const { mode, ino } = await stat(file());
    expect([mode & 0o777, (await stat(kept())).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await run()).toBe('reviewed');
    expect(await inode()).toBe(ino);
    expect(await readdir(join(folder, 'bundle'))).toEqual(['main.cjs']);
    expect(await readdir(kept())).toEqual([nameOf('vif')]);
  });

  it('is taken from its user, whose own it is: so the forgeries below would be run', async () => {
    await forge();
    expect(await run()).toBe('a forged!');
  });

  it('is not that of another source of the same length', async () => {
    expect(forged).toHaveLength(reviewed.length);
    await learn(forged, 'a forged!');
    await learn(reviewed, 'reviewed');
    expect(await run(forged)).toBe('a forged!');
  });

  it('is not what lies beside the bundle', async () => {
    await forge();
    const content = await readFile(file());
    await rm(kept(), { recursive: true });
    for (const name of [nameOf('vif'), 'vif.code', 'main.cjs.code'])
      await writeFile(join(folder, 'bundle', name), content);
    expect(await run()).toBe('reviewed');
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
    expect(await run()).toBe('reviewed');
  });

  it.each([
    ['the file', file],
    ['the folder', kept],
  ])('is not used where %s is a link', async (_, path) => {
    await forge();
    await rename(path(), join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), path());
    expect(await run()).toBe('reviewed');
  });

  it.each([99, 0.5, 0.9])('is made anew where it is cut off at %d', async (part) => {
    await learn(reviewed, 'reviewed');
    const { size } = await stat(file());
    await truncate(file(), part < 1 ? Math.floor(size * part) : part);
    await learn(reviewed, 'reviewed');
    // Times have more digits or fewer, and V8's code is not always of the same length.
    expect((await stat(file())).size).toBeGreaterThan(0.95 * size);
    const ino = await inode();
    expect(await run()).toBe('reviewed');
    expect(await inode()).toBe(ino);
  });

  it.each([0.3, 0.5, 0.7, 0.9, 0.99])('is made anew where a bit of it is wrong at %d', async (part) => {
    await learn(reviewed, 'reviewed');
    const content = await readFile(file());
    const place = Math.floor(content.length * part);
    content[place] = (content[place] ?? 0) ^ 4;
    await writeFile(file(), content);
    await learn(reviewed, 'reviewed');
    expect(await readFile(file())).not.toEqual(content);
  });

  it('has the modules that later starts load as well', async () => {
    const source = "exports.main = () => require('./' + process.argv[3] + '.cjs').say();";
    for (const word of ['one', 'two']) {
      const module = `exports.say = () => { process.stdout.write('${word}'); };`;
      await writeFile(join(folder, `bundle/${word}.cjs`), module);
    }
    const words = ['one', 'one', 'two', 'one', 'two', 'two', 'one'];
    for (const word of words) expect(await run(source, [], ['--say', word])).toBe(word);
    const line = (await readFile(file(), 'latin1')).split('\n')[0] ?? '';
    expect(JSON.parse(line)).toMatchObject({
      starts: 3,
      modules: ['main.cjs', 'one.cjs', 'two.cjs'].map((name) => ({ name })),
    });
  });

  it('is kept by command', async () => {
    for (const command of ['plug', 'unplug', '../plug']) await run(reviewed, [], [command]);
    expect((await readdir(kept())).sort()).toEqual(['plug', 'unplug', 'vif'].map((name) => nameOf(name)));
  });

  it('is kept by copy of the program: two that run in turn use their own', async () => {
    const other = join(folder, 'other');
    await mkdir(join(other, 'bundle'), { recursive: true });
    await cp(dirname(bin), join(other, 'bin'), { recursive: true });
    await writeFile(join(other, 'bundle/main.cjs'), forged);
    for (let turn = 0; turn < 4; turn++) {
      expect(await run(reviewed)).toBe('reviewed');
      expect(await start(other)).toBe('a forged!');
    }
    expect((await readdir(kept())).sort()).toEqual([nameOf('vif'), nameOf('vif', other)].sort());
    const ino = await inode();
    expect([await start(other), await run()]).toEqual(['a forged!', 'reviewed']);
    expect(await inode()).toBe(ino);
  });

  it('of copies that are gone makes room for that of others', async () => {
    await run(reviewed);
    for (let gone = 0; gone < 80; gone++) {
      const path = join(kept(), `plug-${gone}.code`);
      await writeFile(path, '');
      await utimes(path, gone, gone);
    }
    await run(reviewed, [], ['unplug']);
    const left = await readdir(kept());
    expect(left).toHaveLength(64);
    expect(left).toEqual(expect.arrayContaining([nameOf('vif'), nameOf('unplug'), 'plug-79.code']));
  });

  it('does not change for a start with options of V8', async () => {
    await learn(reviewed, 'reviewed');
    const ino = await inode();
    expect(await run(reviewed, ['--no-opt'])).toBe('reviewed');
    expect(await inode()).toBe(ino);
  });

  it('is not needed', async () => {
    await rm(caches, { recursive: true });
    expect(await run(reviewed)).toBe('reviewed');
    await writeFile(caches, 'no folder');
    expect(await run(reviewed)).toBe('reviewed');
  });
});
