import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PluginPackage } from '@vifkit/core';
import { readPackageManifest, requireAsDeclared } from '@vifkit/core/internal';
import { expect, it } from 'vitest';

const plugins = fileURLToPath(new URL('../../plugins', import.meta.url));

it.each(await readdir(plugins))('what the package.json of %s says is true of its code', async (name) => {
  const folder = `${plugins}/${name}`;
  const json: unknown = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const { vifkit } = readPackageManifest(json, folder);
  const { default: found }: { readonly default: PluginPackage } = await import(`${folder}/src/index.ts`);
  expect(vifkit).toBeDefined();
  if (vifkit) requireAsDeclared(vifkit, found);
});
