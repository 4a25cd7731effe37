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

/** The packages that a module or a declaration imports, and those that its imports import in turn. */
function imported(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const names = text.matchAll(/^(?:import|export) (?:[^'\n]* from )?'(.+)';|\bimport\(['"](.+?)['"]\)/gm);
  return [...names].flatMap(([, name, inline = '']) => {
    const from = name ?? inline;
    if (from.startsWith('node:')) return [];
    if (!from.startsWith('.')) return /^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? [];
    const file = path.endsWith('.d.ts') ? from.replace(/js$/, 'd.ts') : from;
    return imported(join(dirname(path), file), seen);
  });
}

/** The modules and declarations of a package's entries. */
function entries(exported: unknown): string[] {
  if (typeof exported !== 'object' || exported === null) return [];
  return Object.entries(exported).flatMap(([key, value]) =>
    typeof value !== 'string' ? entries(value) : ['types', 'default'].includes(key) ? value : [],
  );
}

it.each(folders)('%s needs only what is installed with it', async (folder) => {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const files = entries(manifest.publishConfig?.exports ?? manifest.exports);
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  // What is bundled when the package is packed is not imported then; declarations are not bundled.
  const bundled: readonly string[] = manifest.inBundle ?? [];
  const others = files.flatMap((file) => {
    const known = file.endsWith('.d.ts') ? installed : [...installed, ...bundled];
    return imported(join(root, folder, file)).filter((name) => !known.includes(name));
  });
  expect([...new Set(others)]).toEqual([]);
});
