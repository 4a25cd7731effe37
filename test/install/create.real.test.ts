import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coresBelow, type Ground, prepareGround } from './ground.js';

requireOwnNetwork();

let ground: Ground;
beforeAll(async () => {
  ground = await prepareGround(['typescript', '@types/node']);
}, 180_000);
afterAll(() => ground.end());

const answers = (name: string, plugin: string) => ['--yes', '--name', name, '--plugin', plugin];

/** Runs a program in a folder, and answers what it printed. */
async function run(cwd: string, program: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await execa(program, args, { cwd, env: ground.env, reject: false });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}\n${stdout}`);
  return stdout;
}

/** Plugs and unplugs a tap with the made plugin, for real. */
async function plugs(vif: string, plugin: string, named: string): Promise<void> {
  const tap = `tap-${plugin}`;
  const request = {
    id: 'port-1',
    instance: { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' },
    vif: {
      'versioned_object.name': 'VIFGeneric',
      'versioned_object.namespace': 'os_vif',
      'versioned_object.version': '1.0',
      'versioned_object.data': {
        id: '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05',
        plugin,
        vif_name: tap,
        network: null,
      },
    },
  };
  const own = ['--format', 'json', '--plugin', named, '--state-dir', join(ground.folder, 'state')];
  const variables = { ...ground.env, [`VIF_${plugin.toUpperCase()}_MTU`]: '1400' };
  const call = async (command: string) => {
    const options = { env: variables, input: JSON.stringify(request), cwd: await ground.emptyFolder() };
    return JSON.parse((await execa(vif, [command, ...own], options)).stdout);
  };
  expect(await call('plug')).toMatchObject({ plugin, changes: [{ kind: 'link', name: tap }] });
  const { stdout } = await execa('ip', ['-json', 'link', 'show', tap]);
  expect(JSON.parse(stdout)).toMatchObject([{ ifname: tap, mtu: 1400 }]);
  expect(await call('unplug')).toMatchObject({ changes: [{ kind: 'linkAbsent', name: tap }] });
}

describe('a package that is made by `npm create vifkit-plugin`', () => {
  it('is tested, packed, installed globally with a core of its own, and plugs', async () => {
    const work = await ground.emptyFolder();
    await ground.npm(
      work,
      'create',
      '--yes',
      'vifkit-plugin',
      '--',
      'made',
      ...answers('@acme/made', 'made'),
    );
    const own = join(work, 'made');
    await ground.npm(own, 'install');
    expect(await ground.npm(own, 'test')).toMatch(/^(ℹ|#) fail 0$/m);
    expect(await ground.npm(own, 'run', 'conformance')).toContain('0 broken');
    await ground.npm(own, 'pack');
    await ground.registry.publish(join(own, 'acme-made-0.1.0.tgz'));

    const prefix = await ground.emptyFolder();
    await ground.npm(prefix, 'install', '--global', '--prefix', prefix, '@vifkit/cli', '@acme/made');
    expect(await coresBelow(prefix)).toBe(1);
    await plugs(join(prefix, 'bin/vif'), 'made', '@acme/made');

    const project = await ground.emptyFolder();
    await ground.npm(project, 'install', '@vifkit/cli', '@acme/made');
    expect(await coresBelow(project)).toBe(1);
    await plugs(join(project, 'node_modules/.bin/vif'), 'made', '@acme/made');
  }, 300_000);

  it('is that with pnpm, too', async () => {
    const work = await ground.emptyFolder();
    await run(work, ground.pnpm, 'create', 'vifkit-plugin', 'made', ...answers('@acme/made-too', 'made_too'));
    const own = join(work, 'made');
    await run(own, ground.pnpm, 'install');
    expect(await run(own, ground.pnpm, 'test')).toMatch(/^(ℹ|#) fail 0$/m);
    await run(own, ground.pnpm, 'pack');
    const [tarball = ''] = (await readdir(own)).filter((name) => name.endsWith('.tgz'));
    await ground.registry.publish(join(own, tarball));
    const project = await ground.emptyFolder();
    await writeFile(join(project, 'package.json'), '{}');
    await run(project, ground.pnpm, 'add', '@vifkit/cli', '@acme/made-too');
    await plugs(join(project, 'node_modules/.bin/vif'), 'made_too', '@acme/made-too');
  }, 300_000);
});
