import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin } from '../support/spawn-vif.js';
import { putVendorPackage } from '../support/vendor-package.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vendor-'));
});
afterEach(() => rm(folder, { recursive: true }));

const vif = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa(process.execPath, [bin, ...args], { cwd: folder, env, input: '', reject: false });

const provides = [{ role: 'driver', type: 'acme' }];

/** Code that would leave a trace if it ran. */
const tracing = (file: string) => `
import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify(file)}, 'I ran');
export default { name: '@acme/vifkit-plugin', provides: [] };
`;

describe('what a package.json declares', () => {
  it('is read before any code of the package runs', async () => {
    const trace = join(folder, 'trace');
    const vifkit = { contract: 99, provides };
    const own = await putVendorPackage(folder, tracing(trace), undefined, { vifkit });
    const { exitCode, stderr } = await vif(['plugins', '--plugin', own]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('PLUGIN_INCOMPATIBLE: @acme/vifkit-plugin is for contract 99');
    await expect(readFile(trace)).rejects.toThrow('ENOENT');
  });

  it('is what the package is held to', async () => {
    const vifkit = { contract: 1, provides: [{ role: 'plugin', name: 'acme' }] };
    const own = await putVendorPackage(folder, undefined, undefined, { vifkit });
    const { exitCode, stderr } = await vif(['plugins', '--plugin', own]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("it declares plugin 'acme', which is not there");
  });

  it.each([
    ['--plugin', (own: string) => [['--plugin', own], {}] as const],
    ['VIF_PLUGINS', (own: string) => [[], { VIF_PLUGINS: own }] as const],
  ])('is listed, with what named the package: %s', async (namedBy, name) => {
    const own = await putVendorPackage(folder, undefined, undefined, { vifkit: { contract: 1, provides } });
    const [args, env] = name(own);
    const { stdout, stderr } = await vif(['plugins', '--format', 'json', ...args], env);
    expect(stderr).toBe('');
    const listed = stdout.split('\n').map((line) => JSON.parse(line));
    expect(listed.find((each) => each.package === '@acme/vifkit-plugin')).toMatchObject({
      version: '1.0.0',
      path: own,
      namedBy,
      contract: 1,
    });
    expect(listed.find((each) => each.package === '@vifkit/plugin-tap')).toMatchObject({
      version: '0.1.0',
      path: expect.stringMatching(/tap$/),
      namedBy: 'vif',
    });
  });
});

const promises = `
import acme from './index.js';
const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' };
const vif = { id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02', address: 'fa:16:3e:10:00:02', type: 'acme' };
export default { plugins: acme, requests: [{ id: 'a tap', vif, instance }] };
`;

describe('vif conformance', () => {
  async function putPackage(): Promise<string> {
    const vifkit = { contract: 1, provides, conformance: './promises.js' };
    const own = await putVendorPackage(folder, undefined, undefined, { vifkit });
    await writeFile(join(own, 'promises.js'), promises);
    await mkdir(join(folder, 'node_modules/@vifkit'), { recursive: true });
    const testkit = fileURLToPath(new URL('../../../testkit', import.meta.url));
    await symlink(testkit, join(folder, 'node_modules/@vifkit/testkit'));
    return own;
  }

  it('reports each promise, and writes a badge', async () => {
    const own = await putPackage();
    const { stdout, stderr, exitCode } = await vif(['conformance', own, '--badge', 'badge.json']);
    expect(stderr).toBe('');
    expect(stdout).toContain('✓ a tap: plugs, and a second plug has nothing to write');
    expect(stdout).toMatch(/✓ .*: is what its package.json declares it to be/);
    // The plugin calls all its taps the same.
    expect(stdout).toContain('✗ a tap: can be plugged beside another VIF of its kind');
    expect(stdout).toContain(
      '✗ a tap: can be plugged and unplugged at the same time as another VIF of its kind',
    );
    expect(stdout).toMatch(/^\d+ kept, 2 broken, \d+ not applicable$/m);
    expect(exitCode).toBe(1);
    expect(JSON.parse(await readFile(join(folder, 'badge.json'), 'utf8'))).toMatchObject({ color: 'red' });
  });

  it('says that its badge cannot be written', async () => {
    const own = await putPackage();
    const { stderr, exitCode } = await vif(['conformance', own, '--badge', 'nosuch/badge.json']);
    expect(stderr).toMatch(/^vif: Cannot write nosuch\/badge.json: ENOENT/);
    expect(exitCode).toBe(1);
  });

  it('makes no badge of several packages: the last would be all that is seen', async () => {
    const own = await putPackage();
    const { stderr, exitCode } = await vif(['conformance', own, own, '--badge', 'badge.json']);
    expect({ stderr, exitCode }).toMatchObject({ stderr: expect.stringMatching(/one package/), exitCode: 2 });
  });

  it('reports them as JSON, a line a promise', async () => {
    const own = await putPackage();
    const { stdout } = await vif(['conformance', own, '--format', 'json']);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ subject: 'these requests', outcome: 'not applicable' });
    expect(lines.at(-1)).toMatchObject({ badge: { label: 'vifkit', schemaVersion: 1 } });
    expect(lines.find(({ promise }) => promise === 'unplug-cleans')).toMatchObject({ outcome: 'kept' });
  });

  it('ends after the promise during which its --timeout was over', async () => {
    const own = await putPackage();
    const entry = join(own, 'index.js');
    const slow = 'globalThis.slept ??= Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);';
    await writeFile(entry, (await readFile(entry, 'utf8')).replace('plug() {', `plug() { ${slow}`));
    const { stdout, stderr, exitCode } = await vif(['conformance', own, '--timeout', '4']);
    expect(stderr).toMatch(/^vif: TIMEOUT: .* give it more time \(--timeout\)$/);
    expect(stdout).not.toMatch(/kept, \d+ broken/);
    expect(exitCode).toBe(1);
  });

  it('says what a package lacks', async () => {
    const own = await putVendorPackage(folder);
    expect((await vif(['conformance', own])).stderr).toContain('names no module with its requests');
    expect((await vif(['conformance'])).exitCode).toBe(2);
  });
});
