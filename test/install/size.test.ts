import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url));
const dependencies = readFileSync(join(cli, '../../docs/dependencies.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'));

const bytesIn = (folder: string) =>
  readdirSync(join(cli, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** The megabytes that the packages of others take which are installed along with each of ours: see docs/dependencies.md. */
const installedAlong = new Map(
  [...dependencies.matchAll(/^\| `([^`]+)` .*\| ([\d.]+) MB *\|$/gm)].map(([, name, size]) => [
    name,
    Number(size),
  ]),
);

it.each([
  ['@vifkit/core', 0.6],
  ['@vifkit/plugin-ovs-hybrid', 0.6],
  ['@vifkit/engine', 0.6],
  ['@vifkit/host', 1.5],
  ['@vifkit/libvirt', 5],
  ['@vifkit/testkit', 1.5],
  ['@vifkit/cli', 3.5],
])('%s has at most %d MB installed along', (name, most) => {
  expect(installedAlong.get(name)).toBeLessThanOrEqual(most);
});

describe('the package of the command', () => {
  it('brings nothing along but the logger, which looks for modules of its own at run time', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['pino', 'pino-pretty']);
    expect(manifest.publishConfig.exports['.'].default).toMatch(/^\.\/modules\//);
  });

  it('has at most 10 MB', () => {
    const folders = ['bin', 'bundle', 'modules', 'setup'];
    expect(manifest.files).toEqual(expect.arrayContaining([...folders, '!bundle/*.map']));
    expect(folders.reduce((sum, folder) => sum + bytesIn(folder), 0)).toBeLessThan(10_000_000);
  });

  it('runs where nothing else is installed, with plugins and as a library as well', async () => {
    const own = await mkdtemp(join(tmpdir(), 'vif-alone-'));
    for (const name of ['bin', 'bundle', 'modules', 'package.json']) {
      await cp(join(cli, name), join(own, name), { recursive: true });
    }
    await writeFile(
      join(own, 'plugin.js'),
      "import { PluginRegistry } from '@vifkit/core';\nexport default { name: '@acme/none', provides: [], of: PluginRegistry };\n",
    );
    const vif = join(own, 'bin/vif.js');
    expect((await execa(process.execPath, [vif, 'plugins'])).stdout).toContain('@vifkit/plugin-tap');
    const named = await execa(process.execPath, [vif, 'plugins', '--plugin', join(own, 'plugin.js')]);
    expect(named.stderr).toBe('');
    const library = `console.log(typeof (await import(${JSON.stringify(join(own, 'modules/index.js'))})).toJson)`;
    expect((await execa(process.execPath, ['--input-type=module', '--eval', library])).stdout).toBe(
      'function',
    );
    await rm(own, { recursive: true });
  });
});
