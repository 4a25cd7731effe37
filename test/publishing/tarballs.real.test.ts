import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemAffectsResolutionKind } from '@arethetypeswrong/core/problems';
import { execa } from 'execa';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPnpm, packOwn, unpack } from '../install/packing.js';

let folder: string;
let tarballs: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-tarballs-'));
  await mkdir(join(folder, 'own'));
  tarballs = await packOwn(await findPnpm(), join(folder, 'own'));
}, 180_000);
afterAll(() => rm(folder, { recursive: true }));

/** What is wrong with each tarball, by its name, as far as anything is. */
async function problems(look: (tarball: string) => Promise<readonly unknown[]>) {
  const found: Record<string, readonly unknown[]> = {};
  for (const each of tarballs) {
    const wrong = await look(each);
    if (wrong.length > 0) found[basename(each)] = wrong;
  }
  return found;
}

it('publint finds nothing wrong with the tarballs', async () => {
  const found = await problems(async (tarball) => {
    const bytes = await readFile(tarball);
    const { messages, pkg } = await publint({
      pack: { tarball: Uint8Array.from(bytes).buffer },
      strict: true,
    });
    return messages.map((message) => formatMessage(message, pkg));
  });
  expect(found).toEqual({});
}, 300_000);

/** Who imports ES modules. */
const importers = ['node16-esm', 'bundler'] as const;

it('attw finds nothing wrong with the types in the tarballs', async () => {
  const found = await problems(async (tarball) => {
    const analysis = await checkPackage(createPackageFromTarballData(await readFile(tarball)));
    if (!analysis.types) return ['it has no types'];
    return analysis.problems.filter((problem) =>
      importers.some((each) => problemAffectsResolutionKind(problem, each, analysis)),
    );
  });
  expect(found).toEqual({});
}, 600_000);

/** A plugin whose options are guarded by core's decorators and by those of the vendor's own class-validator. */
const guarded = `
import { IsInt } from 'class-validator';
import { PluginRegistry, vifPlugin } from '@vifkit/core';
import { IsIn, IsUrl } from '@vifkit/core/validation';
class Options { lane = 1; tier = 'gold'; fabric = 'https://fabric'; }
IsInt()(Options.prototype, 'lane');
IsIn(['gold', 'tin'])(Options.prototype, 'tier');
IsUrl(['https'])(Options.prototype, 'fabric');
class Acme {}
for (const name of ['describe', 'plug', 'unplug']) Acme.prototype[name] = () => [];
vifPlugin({ name: 'acme', options: Options })(Acme);
const registryWith = (acme) => new PluginRegistry([{ name: '@acme/plugin', provides: [Acme] }], { acme });
registryWith({ lane: 2, tier: 'tin' });
try {
  registryWith({ lane: 'two', tier: 'iron', fabric: 'ftp://fabric' });
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
`;

it('core brings what it uses of class-validator, and judges by the decorators of another copy as well', async () => {
  const [core = ''] = tarballs.filter((each) => basename(each).startsWith('vifkit-core-'));
  const modules = join(folder, 'guarded/node_modules');
  await unpack(core, join(modules, '@vifkit/core'));
  const { dependencies } = JSON.parse(await readFile(join(modules, '@vifkit/core/package.json'), 'utf8'));
  expect(Object.keys(dependencies)).toEqual(['leven', 'reflect-metadata', 'tsyringe']);
  const installed = fileURLToPath(new URL('../../packages/core/node_modules', import.meta.url));
  for (const name of [...Object.keys(dependencies), 'class-validator']) {
    const place = name === 'class-validator' ? modules : join(modules, '@vifkit/core/node_modules');
    await mkdir(place, { recursive: true });
    await symlink(join(installed, name), join(place, name));
  }
  await writeFile(join(folder, 'guarded/agent.mjs'), guarded);
  const { stdout } = await execa(process.execPath, [join(folder, 'guarded/agent.mjs')]);
  expect(JSON.parse(stdout)).toEqual({
    code: 'INVALID_OPTIONS',
    message: expect.stringMatching(/lane.*tier.*fabric/s),
  });
});

it('each has what it takes to be published', async () => {
  const found = await problems(async (tarball) => {
    const own = join(folder, basename(tarball, '.tgz'));
    await unpack(tarball, own);
    const manifest = JSON.parse(await readFile(join(own, 'package.json'), 'utf8'));
    const { license, keywords = [], exports, sideEffects, publishConfig, engines, description } = manifest;
    const texts = await Promise.allSettled(
      ['LICENSE', 'README.md'].map((file) => readFile(join(own, file), 'utf8')),
    );
    return [
      ...texts.flatMap(({ status }, i) => (status === 'fulfilled' ? [] : [['LICENSE', 'README.md'][i]])),
      ...(license === 'Apache-2.0' ? [] : ['license']),
      ...(keywords.includes('vifkit') ? [] : ['keywords']),
      ...(exports?.['./package.json'] === './package.json' ? [] : ['exports of package.json']),
      ...(typeof sideEffects === 'boolean' ? [] : ['sideEffects']),
      ...(publishConfig?.access === 'public' ? [] : ['publishConfig']),
      ...(engines?.node ? [] : ['engines']),
      ...(description ? [] : ['description']),
      ...(JSON.stringify(manifest).includes('workspace:') ? ['a version of the workspace'] : []),
    ];
  });
  expect(found).toEqual({});
}, 60_000);
