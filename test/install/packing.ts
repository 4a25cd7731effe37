import { mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { codeBlock } from '../docs/code-block.js';
import type { Manifest } from './registry.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program of pnpm, which `npm run setup` has fetched: nothing can be fetched here. */
export async function findPnpm(): Promise<string> {
  const { stdout } = await execa('npx', [
    '--offline',
    '--yes',
    '--package',
    'pnpm@10',
    '--call',
    'command -v pnpm',
  ]);
  return stdout.trim();
}

/** Packs all packages of this project into a folder, as they are published. Answers the paths of the tarballs. */
export async function packOwn(pnpm: string, folder: string): Promise<string[]> {
  const filters = ['./packages/*', './plugins/*', '!@vifkit/demo'].flatMap((each) => ['--filter', each]);
  await execa(pnpm, ['--recursive', ...filters, 'pack', '--pack-destination', folder], { cwd: root });
  return (await readdir(folder)).map((file) => join(folder, file));
}

/** Packs what the packages of this project need of others, as it is installed here; and more, if asked for. */
export async function packOthers(folder: string, more: readonly string[] = []): Promise<string[]> {
  const found = new Map<string, string>();
  for (const name of more) await collect(name, root, found);
  for (const parent of ['packages', 'plugins']) {
    for (const name of await readdir(join(root, parent)))
      await collectOthers(join(root, parent, name), found);
  }
  await mkdir(folder, { recursive: true });
  return Promise.all(
    [...found].map(async ([key, path]) => {
      const file = join(folder, `${key.replaceAll('/', '+')}.tgz`);
      await execa('tar', [
        '-czf',
        file,
        '--exclude=./node_modules',
        '--hard-dereference', // pnpm links files with the same content, and npm does not unpack links
        '--transform=s,^[.],package,',
        '-C',
        path,
        '.',
      ]);
      return file;
    }),
  );
}

/** Notes the packages below a package by name and version, with their folders. */
async function collectOthers(folder: string, found: Map<string, string>): Promise<void> {
  const { dependencies = {}, optionalDependencies = {} } = await readManifest(folder);
  for (const name of Object.keys(dependencies)) {
    if (!(name in optionalDependencies)) await collect(name, folder, found);
  }
  // Of those for other processors and systems, nothing is here.
  for (const name of Object.keys(optionalDependencies)) await collect(name, folder, found).catch(() => {});
}

async function collect(name: string, from: string, found: Map<string, string>): Promise<void> {
  if (name.startsWith('@vifkit/')) return;
  const path = await installedFolder(name, from);
  const { version } = await readManifest(path);
  const key = `${name}@${version}`;
  if (found.has(key)) return;
  found.set(key, path);
  await collectOthers(path, found);
}

async function installedFolder(name: string, from: string): Promise<string> {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  for (const place of places) {
    const path = await realpath(join(place, name)).catch(() => undefined);
    if (path !== undefined) return path;
  }
  throw new Error(`${name}, which ${from} needs, is not installed`);
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

/** Packs the plugin of docs/writing-a-plugin.md, compiled, with the manifest that the document gives it. */
export async function packAcme(folder: string): Promise<string> {
  const own = join(folder, 'acme');
  const source = join(root, 'test/docs/acme-plugin.ts');
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--experimentalDecorators',
    '--skipLibCheck',
    '--ignoreConfig',
  ];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await execa(process.execPath, [tsc, ...options, '--types', 'node', '--outDir', join(own, 'dist'), source], {
    cwd: root,
  });
  await rename(join(own, 'dist/acme-plugin.js'), join(own, 'dist/index.js'));
  await writeFile(
    join(own, 'package.json'),
    codeBlock('docs/writing-a-plugin.md', '## Publishing it', 'json'),
  );
  return pack(own, folder);
}

/** A package like one that is packed, but with another manifest, and another text in one file. */
export async function repack(
  tarball: string,
  folder: string,
  manifest: object,
  edit?: { readonly file: string; readonly from: string; readonly to: string },
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await execa('tar', ['-xzf', tarball, '-C', folder]);
  const own = join(folder, 'package');
  await writeFile(join(own, 'package.json'), JSON.stringify({ ...(await readManifest(own)), ...manifest }));
  if (edit) {
    const path = join(own, edit.file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(edit.from)) throw new Error(`${edit.file} has no '${edit.from}'`);
    await writeFile(path, text.replace(edit.from, edit.to));
  }
  return pack(own, folder);
}

/** Unpacks a package into a folder of its own. */
export async function unpack(tarball: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await execa('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
}

async function pack(own: string, folder: string): Promise<string> {
  const { stdout } = await execa('npm', ['pack', '--json', '--offline', '--pack-destination', folder], {
    cwd: own,
  });
  const [{ filename }] = JSON.parse(stdout);
  return join(folder, filename);
}
