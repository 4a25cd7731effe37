import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request, vif } from '../support/requests.js';
import { jsonLines } from '../support/run-vif.js';
import { bin, spawnVif } from '../support/spawn-vif.js';
import { putVendorPackage } from '../support/vendor-package.js';

const bundle = join(dirname(bin), '../bundle');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-bundle-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A converter that hands in an object of its own: it is one for the driver only if both have the same core. */
const converter = `
import { VIFBridge, vifConverter } from '@vifkit/core';

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
      await put(path, path === main ? `exports.main = () => { ${tell} };` : tell, written);
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

  it.each([
    ['that is broken', 99],
    ['of another source', undefined],
  ])('is the bundle with code %s', async (_, bytes) => {
    await putProgram({ [main]: now });
    const code = await readFile(join(bundle, 'main.cjs.code'));
    await writeFile(join(folder, `${main}.code`), code.subarray(0, bytes));
    expect(await run()).toBe(main);
  });

  it('is the bundle for who wants source maps, as modules of Node.js', async () => {
    await putProgram({ [main]: now });
    expect(await run('--enable-source-maps')).toBe(main);
  });
});

describe('the bundle', () => {
  it('has the code of each module, as this V8 takes it', async () => {
    const { codeFile, scriptOf }: Loader = createRequire(import.meta.url)('../../bin/load-bundle.js');
    const modules = (await readdir(bundle)).filter((name) => name.endsWith('.cjs'));
    expect(modules).toContain('main.cjs');
    for (const name of modules) {
      const file = join(bundle, name);
      const script = scriptOf(name, await readFile(file, 'utf8'), await readFile(codeFile(file)));
      expect({ name, rejected: script.cachedDataRejected }).toEqual({ name, rejected: false });
    }
  });
});

interface Loader {
  codeFile(file: string): string;
  scriptOf(name: string, source: string, code: Buffer): Script;
}
