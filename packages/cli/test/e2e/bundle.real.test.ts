import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
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

  /** A package of the program with these files, each of which tells its own path; and when they were written. */
  async function runs(files: Readonly<Record<string, number>>): Promise<string> {
    await put('package.json', '{"type": "module"}', now);
    await mkdir(join(folder, 'bin'));
    await copyFile(bin, join(folder, 'bin/vif.js'));
    for (const [path, written] of Object.entries(files)) {
      await put(path, `process.stdout.write('${path}');`, written);
    }
    const child = spawn(process.execPath, [join(folder, 'bin/vif.js')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text(child.stdout);
  }

  async function put(path: string, content: string, written: number): Promise<void> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await utimes(file, written, written);
  }

  it('is the bundle, where it is as new as the modules', async () => {
    const files = { 'bundle/main.js': now, 'dist/main.js': now - 9, 'tsconfig.tsbuildinfo': now };
    expect(await runs(files)).toBe('bundle/main.js');
  });

  it('is the modules, where they have been compiled since', async () => {
    const files = { 'bundle/main.js': now - 1, 'dist/main.js': now - 9, 'tsconfig.tsbuildinfo': now };
    expect(await runs(files)).toBe('dist/main.js');
  });

  it('is the modules, where there is no bundle', async () => {
    expect(await runs({ 'dist/main.js': now })).toBe('dist/main.js');
  });

  it('is the bundle as it is published: without build information, all files of the same age', async () => {
    expect(await runs({ 'bundle/main.js': now, 'dist/main.js': now })).toBe('bundle/main.js');
  });
});
