import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PluginRegistry } from '@vifkit/core';
import { expect, it } from 'vitest';
import { builtInPlugins } from '../../src/index.js';
import { builtIn } from '../../src/plugins/load-plugins.js';

const { resolve } = createRequire(import.meta.url);

it.each(builtIn)('$name is known by what its package.json declares', async ({ name, declaration }) => {
  const manifest = JSON.parse(await readFile(resolve(`${name}/package.json`), 'utf8'));
  expect(declaration).toEqual(manifest.vifkit);
});

it('are packages that can be registered together', async () => {
  const packages = await builtInPlugins();
  expect(packages.map(({ name }) => name)).toEqual([
    '@vifkit/plugin-linux-bridge',
    '@vifkit/plugin-ovs-hybrid',
    '@vifkit/plugin-tap',
    '@vifkit/plugin-midonet',
    '@vifkit/plugin-vrouter',
    '@vifkit/plugin-iovisor',
    '@vifkit/plugin-ib-hostdev',
    '@vifkit/plugin-sriov-hw-veb',
    '@vifkit/plugin-vhostuser',
    '@vifkit/plugin-ivs',
    '@vifkit/plugin-macvtap',
    '@vifkit/plugin-vepa',
    '@vifkit/plugin-hostdev-physical',
    '@vifkit/plugin-noop',
  ]);
  expect(new PluginRegistry(packages).types).toEqual(expect.arrayContaining(['bridge', 'ovs', 'tap']));
});
