import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ground, prepareGround } from '../install/ground.js';

requireOwnNetwork();

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

let ground: Ground;
beforeAll(async () => {
  ground = await prepareGround(['@types/node']);
}, 180_000);
afterAll(() => ground.end());

/** The names of the published packages in a folder, each with its optional peers. */
function published(parent: string): string[][] {
  return readdirSync(join(root, parent)).flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, parent, folder, 'package.json'), 'utf8'));
    const peers = Object.keys(manifest.peerDependenciesMeta ?? {});
    return manifest.private ? [] : [[manifest.name, ...peers.filter((name) => name.startsWith('@vifkit/'))]];
  });
}

/** How a consumer's compiler finds modules. */
const resolutions = [
  ['--module', 'node16', '--moduleResolution', 'node16'],
  ['--module', 'nodenext'],
  ['--module', 'preserve', '--moduleResolution', 'bundler'],
];

/** The entries of an installed package that have types. */
async function entriesOf(name: string, project: string): Promise<string[]> {
  const { exports } = JSON.parse(await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === 'object' && target !== null && 'types' in target ? [entry.replace('.', name)] : [],
  );
}

it.each([
  ...published('packages').map(([name = '', ...peers]) => [name, [name, ...peers]] as const),
  ['all plugins', published('plugins').flat()] as const,
])(
  '%s in an empty folder: its types need nothing else',
  async (_, names) => {
    const project = await ground.emptyFolder();
    await writeFile(join(project, 'package.json'), '{"type": "module"}');
    await ground.npm(project, 'install', ...names, '@types/node');
    const entries = (await Promise.all(names.map((name) => entriesOf(name, project)))).flat();
    expect(entries).toEqual(expect.arrayContaining([...names]));
    const lines = entries.map((entry, i) => `import * as entry${i} from '${entry}';\nvoid entry${i};\n`);
    await writeFile(join(project, 'main.ts'), lines.join(''));
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      'false',
      '--target',
      'es2022',
      '--types',
      'node',
    ];
    for (const resolution of resolutions) {
      const args = [tsc, ...options, ...resolution, 'main.ts'];
      const { stdout } = await execa(process.execPath, args, { cwd: project, reject: false });
      expect({ resolution, stdout }).toEqual({ resolution, stdout: '' });
    }
  },
  60_000,
);
