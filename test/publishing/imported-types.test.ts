import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = (
  await Promise.all(
    ['packages', 'plugins'].map(async (parent) =>
      (await readdir(join(root, parent))).map((name) => `${parent}/${name}`),
    ),
  )
).flat();

/** The packages that declarations import, and those that they import in turn. */
function imported(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  const names = text.matchAll(/^(?:import|export) .*from '(.+)';|import\("(.+?)"\)/gm);
  return [...names].flatMap(([, name, inline = '']) => {
    const from = name ?? inline;
    if (from.startsWith('.')) return imported(join(dirname(path), from.replace(/js$/, 'd.ts')), seen);
    if (from.startsWith('node:')) return [];
    return /^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? [];
  });
}

/** The declarations of a package's entries. */
function entries(exported: unknown): string[] {
  if (typeof exported !== 'object' || exported === null) return [];
  return Object.entries(exported).flatMap(([key, value]) =>
    key === 'types' && typeof value === 'string' ? value : entries(value),
  );
}

it.each(folders)('the types of %s need only what is installed with it', async (folder) => {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const declarations = entries(manifest.publishConfig?.exports ?? manifest.exports);
  const found = declarations.flatMap((each) => imported(join(root, folder, each)));
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies };
  const others = found.filter((name) => !(name in installed));
  expect([...new Set(others)]).toEqual([]);
});
