import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coresBelow, type Ground, prepareGround } from './ground.js';
import { packAcme, repack, unpack } from './packing.js';

requireOwnNetwork();

const vifId = '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05';
const acme = '@acme/vifkit-plugin';
const request = JSON.stringify({
  id: 'port-1',
  instance: { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' },
  vif: {
    'versioned_object.name': 'VIFGeneric',
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': {
      id: vifId,
      plugin: 'acme',
      address: 'fa:16:3e:10:00:05',
      vif_name: 'tap6f1c9a3e-52',
      network: null,
    },
  },
});

/** What the next contract of core would be. */
const nextContract = {
  file: 'dist/errors/core-copy.js',
  from: 'const contract = 1;',
  to: 'const contract = 2;',
};

let ground: Ground;
let acmeTarball: string;
/** Of a global install of the command and the plugin. */
let prefix: string;
let vif: string;

beforeAll(async () => {
  ground = await prepareGround();
  acmeTarball = await packAcme(ground.folder);
  await ground.registry.publish(acmeTarball);
  prefix = await ground.emptyFolder();
  vif = join(prefix, 'bin/vif');
  await ground.npm(prefix, 'install', '--global', '--prefix', prefix, '@vifkit/cli', acme);
}, 180_000);
afterAll(() => ground.end());

/** What the command answers to the request, by a program of this path. */
async function plan(program: string, plugin: string, ...before: readonly string[]) {
  const args = [...before, 'plan', '--format', 'json', '--plugin', plugin];
  const cwd = await ground.emptyFolder();
  return execa(program, args, { cwd, env: ground.env, input: request, reject: false });
}

function expectPlanned({ stdout, stderr, exitCode }: Awaited<ReturnType<typeof plan>>): void {
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const { path, plugin, steps } = JSON.parse(stdout);
  expect({ path, plugin }).toEqual({ path: 'os-vif', plugin: 'acme' });
  expect(steps.map(({ kind }: { kind: string }) => kind)).toEqual(['link', 'command']);
}

describe('a plugin of a vendor is found and used', () => {
  it('after a global install, with a core of its own', async () => {
    expect(await coresBelow(prefix)).toBe(1);
    expectPlanned(await plan(vif, acme));
  });

  it('in a project of npm, with one core for all', async () => {
    const project = await ground.emptyFolder();
    await ground.npm(project, 'install', '@vifkit/cli', acme);
    expect(await coresBelow(project)).toBe(1);
    expectPlanned(await plan(join(project, 'node_modules/.bin/vif'), acme));
    expectPlanned(await plan(vif, join(project, 'node_modules', acme))); // and by its path, with a core beside it
  });

  it('in a project of pnpm', async () => {
    const project = await ground.emptyFolder();
    await writeFile(join(project, 'package.json'), '{}');
    await execa(ground.pnpm, ['add', '@vifkit/cli', acme], { cwd: project, env: ground.env });
    expectPlanned(await plan(join(project, 'node_modules/.bin/vif'), acme));
  });

  it('by npx', async () => {
    const packages = ['--package', '@vifkit/cli', '--package', acme];
    expectPlanned(await plan('npx', acme, '--yes', ...packages, '--', 'vif'));
  });

  it('by its path, with no core beside it', async () => {
    const plugin = join(await ground.emptyFolder(), 'acme');
    await unpack(acmeTarball, plugin);
    expectPlanned(await plan(vif, plugin));
  });
});

describe('a plugin that has a newer core of its own, of the same contract', () => {
  it.each(['0.1.1', '0.2.0', '1.0.0'])('is used: core %s', async (version) => {
    const plugin = join(await ground.emptyFolder(), 'acme');
    await unpack(acmeTarball, plugin);
    const core = await repack(ground.coreTarball, join(ground.folder, `core-${version}`), { version });
    const own = join(plugin, 'node_modules/@vifkit/core');
    await unpack(core, own);
    // The command brings none of core's dependencies: they are in its bundle.
    const dependencies = fileURLToPath(new URL('../../packages/core/node_modules', import.meta.url));
    for (const name of ['leven', 'reflect-metadata', 'tsyringe']) {
      await symlink(join(dependencies, name), join(plugin, 'node_modules', name));
    }
    expectPlanned(await plan(vif, plugin));
  });
});

describe('a plugin for another contract of core', () => {
  it('is refused, with both copies of core and the line that helps', async () => {
    const nextCore = await repack(
      ground.coreTarball,
      join(ground.folder, 'next-core'),
      { version: '0.2.0' },
      nextContract,
    );
    const next = { version: '2.0.0', peerDependencies: { '@vifkit/core': '^0.2.0' }, devDependencies: {} };
    await ground.registry.publish(nextCore);
    await ground.registry.publish(await repack(acmeTarball, join(ground.folder, 'next-acme'), next));
    const project = await ground.emptyFolder();
    await ground.npm(project, 'install', `${acme}@2.0.0`);
    const { stdout, stderr, exitCode } = await plan(vif, join(project, 'node_modules', acme));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    const [theirs, ours] = [project, join(prefix, 'lib/node_modules/@vifkit/cli')];
    expect(stderr).toBe(
      `vif: PLUGIN_INCOMPATIBLE: ${acme} is for contract 2 of @vifkit/core (${theirs}/node_modules/@vifkit/core), ` +
        `and what runs it has contract 1 (${ours}). ` +
        'Update the older one: npm install --global @vifkit/cli@latest',
    );
  });
});

describe('a library whose core is newer than the rest by a patch', () => {
  const packages = ['@vifkit/host', '@vifkit/libvirt', '@vifkit/testkit', '@vifkit/plugin-linux-bridge'];
  const agent = fileURLToPath(new URL('agent.mjs', import.meta.url));
  let project: string;
  beforeAll(async () => {
    await ground.registry.publish(
      await repack(ground.coreTarball, join(ground.folder, 'patched'), { version: '0.1.1' }),
    );
    project = await ground.emptyFolder();
    await ground.npm(project, 'install', '@vifkit/core@0.1.1', ...packages);
    await copyFile(agent, join(project, 'agent.mjs'));
  }, 120_000);

  /** What the agent tells that has its core here, and all else there. */
  async function run(partsFrom: string): Promise<unknown> {
    const { stdout } = await execa(process.execPath, ['agent.mjs', partsFrom], {
      cwd: project,
      env: ground.env,
    });
    return JSON.parse(stdout);
  }

  const told = { plugged: ['link'], differences: [], xml: true, sent: 'VIFBridge', code: 'UNSUPPORTED_VIF' };

  it('has one core', async () => {
    expect(await coresBelow(project)).toBe(1);
    expect(await run(project)).toEqual({ core: '0.1.1', parts: '0.1.1', ...told });
  });

  it('gets along with parts that have another one', async () => {
    const other = await ground.emptyFolder();
    await ground.npm(other, 'install', '@vifkit/core@0.1.0', ...packages);
    expect(await run(other)).toEqual({ core: '0.1.1', parts: '0.1.0', ...told });
  });
});
