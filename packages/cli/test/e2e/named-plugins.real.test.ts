import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, ended } from '../support/spawn-vif.js';
import { putVendorPackage } from '../support/vendor-package.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vendor-'));
});
afterEach(() => rm(folder, { recursive: true }));

const request = {
  id: 'port-1',
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
  vif: { id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02', address: 'fa:16:3e:10:00:02', type: 'acme' },
};

/** Runs the command, in the vendor's folder unless told otherwise. */
async function vif(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = folder,
  stdin: object = request,
) {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...env } });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(stdin));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return { status, stdout, stderr };
}

const listed = ({ stdout }: { readonly stdout: string }) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).package);

describe('a package of a vendor', () => {
  it.each([
    ['its path', (own: string) => own],
    ['a relative path', () => './node_modules/@acme/vifkit-plugin'],
    ['the path of its module', (own: string) => join(own, 'index.js')],
  ])('is loaded when it is named by %s', async (_, nameFor) => {
    const own = await putVendorPackage(folder);
    const { status, stdout } = await vif(['config', '--format', 'json', '--plugin', nameFor(own)]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'port-1', path: 'legacy', plugin: 'acme' });
  });

  it.each([
    ['by conditions', { import: { types: './none.d.ts', default: './index.js' } }],
    ['as its root', { '.': { require: './none.cjs', default: './index.js' }, './more': './more.js' }],
  ])('may export its module %s', async (_, exports) => {
    const own = await putVendorPackage(folder, undefined, exports);
    expect(listed(await vif(['plugins', '--format', 'json', '--plugin', own]))).toContain(
      '@acme/vifkit-plugin',
    );
  });

  it.each([
    ['no main', {}, 'index.js'],
    ['a main that is a folder', { main: 'lib' }, 'lib/index.js'],
    ['a main without its extension', { main: './lib/plugin' }, 'lib/plugin.js'],
  ])('is loaded with %s, as Node.js would', async (_, main, module) => {
    const own = await putVendorPackage(folder, undefined, null, main);
    await mkdir(join(own, 'lib'));
    if (module !== 'index.js') await rename(join(own, 'index.js'), join(own, module));
    expect(listed(await vif(['plugins', '--format', 'json', '--plugin', own]))).toContain(
      '@acme/vifkit-plugin',
    );
  });

  it('may be CommonJS, as compilers write it', async () => {
    const compiled = `
      Object.defineProperty(exports, '__esModule', { value: true });
      const { legacyDriver } = require('@vifkit/core');
      class AcmeDriver { config() {} plug() { return []; } unplug() { return []; } }
      legacyDriver({ type: 'acme' })(AcmeDriver);
      exports.default = { name: '@acme/vifkit-plugin', provides: [AcmeDriver] };`;
    const own = await putVendorPackage(folder, compiled, null, { type: 'commonjs' });
    expect(listed(await vif(['plugins', '--format', 'json', '--plugin', own]))).toContain(
      '@acme/vifkit-plugin',
    );
  });

  it.each([
    ['on the command line', (own: string) => ['--plugin', own]],
    ['in the configuration file', () => ['--config', 'vif.json']],
  ])('may have a blank in its path: %s', async (_, naming) => {
    const own = await putVendorPackage(join(folder, 'my plugins'));
    await writeFile(join(folder, 'vif.json'), JSON.stringify({ plugin: [own] }));
    expect(listed(await vif(['plugins', '--format', 'json', ...naming(own)]))).toContain(
      '@acme/vifkit-plugin',
    );
  });

  it.each([
    ['the folder that it is in', '.', ''],
    ['the folder above', '..', 'lib'],
    ['a folder beside it', '../vifkit-plugin', '../other'],
  ])('is loaded from %s', async (_, path, below) => {
    const own = await putVendorPackage(folder);
    const cwd = join(own, below);
    await mkdir(cwd, { recursive: true });
    expect(listed(await vif(['plugins', '--format', 'json', '--plugin', path], {}, cwd))).toContain(
      '@acme/vifkit-plugin',
    );
  });

  it('exports what Node.js imports: the first condition that holds, in the order of the manifest', async () => {
    const own = await putVendorPackage(folder, undefined, {
      '.': { browser: './c.js', default: './index.js', import: './b.js' },
    });
    await writeFile(join(own, 'b.js'), "throw new Error('the wrong module');");
    expect(listed(await vif(['plugins', '--format', 'json', '--plugin', own]))).toContain(
      '@acme/vifkit-plugin',
    );
  });

  it.each([
    ['first', (own: string) => [own, './nowhere']],
    ['last', (own: string) => ['./nowhere', own]],
  ])(
    'may be in a list of the configuration file, and what stands beside it is looked for: %s',
    async (_, list) => {
      const own = await putVendorPackage(folder);
      const args = ['plugins', '--format', 'json', '--config', 'vif.json'];
      await writeFile(join(folder, 'vif.json'), JSON.stringify({ plugin: list(own) }));
      expect((await vif(args)).stderr).toContain('There is no plugin package at ./nowhere: give the path');
      await writeFile(join(folder, 'vif.json'), JSON.stringify({ plugin: [own] }));
      expect(listed(await vif(args))).toContain('@acme/vifkit-plugin');
    },
  );

  it('may be named by a variable, and by a configuration file', async () => {
    const own = await putVendorPackage(folder);
    const args = ['plugins', '--format', 'json'];
    expect(listed(await vif(args, { VIF_PLUGINS: own }))).toContain('@acme/vifkit-plugin');
    await writeFile(join(folder, 'vif.json'), JSON.stringify({ plugin: own }));
    expect(listed(await vif([...args, '--config', 'vif.json']))).toContain('@acme/vifkit-plugin');
  });

  it('is not loaded by being there, nor by its name from the current directory', async () => {
    const trace = join(folder, 'loaded');
    await putVendorPackage(folder, `import { writeFileSync } from 'node:fs'; writeFileSync('${trace}', '');`);
    expect(listed(await vif(['plugins', '--format', 'json']))).not.toContain('@acme/vifkit-plugin');
    const { status, stderr } = await vif(['plugins', '--plugin', '@acme/vifkit-plugin']);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "vif: PLUGIN_INVALID: There is no package '@acme/vifkit-plugin' where vif is installed; install it there, or give its path\n",
    });
    await expect(access(trace)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['throws', "throw new Error('No licence');", /^vif: PLUGIN_FAILED: .*vifkit-plugin.*: No licence\n$/],
    ['throws what is no error', 'throw null;', /^vif: PLUGIN_FAILED: .*vifkit-plugin.*: null\n$/],
    [
      'offers nothing',
      'export default {};',
      /^vif: PLUGIN_INVALID: .*vifkit-plugin' is not a plugin package/,
    ],
    ['lacks a package', "import 'no-such-package';", /^vif: PLUGIN_FAILED: .*'no-such-package'/],
    [
      'never ends loading',
      'setInterval(() => {}, 1e6).unref(); await new Promise(() => {});',
      /PLUGIN_FAILED.*in time/,
    ],
    ['is not JavaScript', 'class {', /^vif: PLUGIN_FAILED: .*vifkit-plugin/],
  ])('that %s is named, and nothing is done', async (_, entry, complaint) => {
    const own = await putVendorPackage(folder, entry);
    const { status, stdout, stderr } = await vif(['plug', '--plugin', own, '--timeout', '3']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(complaint);
  });

  it.each([
    ['nothing', 'nowhere', /There is no plugin package at/],
    ['a folder that is no package', '.', /package.json cannot be read/],
    ['a manifest that is no object', 'null', /package.json cannot be read/],
    ['no module', 'empty', /names no existing module.* and there is no index.js/],
  ])('is missing where there is %s', async (_, where, complaint) => {
    for (const [name, manifest] of [
      ['null', 'null'],
      ['empty', '{"main": "lib.js"}'],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'package.json'), manifest);
    }
    const { status, stderr } = await vif(['plugins', '--plugin', join(folder, where)]);
    expect(status).toBe(1);
    expect(stderr).toMatch(complaint);
  });
});

describe('a class of objects of a vendor', () => {
  const entry = `
import { legacyDriver } from '@vifkit/core';
import { field, VIFPortProfileBase, versionedObject } from '@vifkit/core/os-vif';

class VIFPortProfileAcme extends VIFPortProfileBase {}
field.integer({ min: 1, max: 16, required: true })(VIFPortProfileAcme.prototype, 'lane');
versionedObject({ name: 'VIFPortProfileAcme', namespace: 'acme', version: '1.0' })(VIFPortProfileAcme);

class AcmeDriver {}
for (const name of ['config', 'plug', 'unplug']) AcmeDriver.prototype[name] = () => [];
legacyDriver({ type: 'acme' })(AcmeDriver);

export default { name: '@acme/vifkit-plugin', provides: [AcmeDriver] };
`;
  const serialized = (name: string, namespace: string, data: object) => ({
    'versioned_object.name': name,
    'versioned_object.namespace': namespace,
    'versioned_object.version': '1.0',
    'versioned_object.data': data,
  });
  const object = serialized('VIFBridge', 'os_vif', {
    ...{ id: request.vif.id, address: request.vif.address, plugin: 'acme', vif_name: 'tap1' },
    ...{ bridge_name: 'br1', network: null },
    port_profile: serialized('VIFPortProfileAcme', 'acme', { lane: 3 }),
  });

  it.each([
    ['object', [], object],
    ['metadata', ['test', '-', '--connect', 'test:///default'], { ...request, vif: object }],
    ['schema', ['acme.VIFPortProfileAcme'], {}],
    ['schema', ['VIFPortProfileAcme'], {}],
  ])('is known to vif %s %j', async (command, args, stdin) => {
    const own = await putVendorPackage(folder, entry);
    const run = (...more: readonly string[]) => vif([command, ...args, ...more], {}, folder, stdin);
    expect(await run()).not.toMatchObject({ status: 0 });
    expect(await run('--plugin', own)).toMatchObject({ status: 0, stderr: '' });
  });
});
