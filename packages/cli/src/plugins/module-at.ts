import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { VifError } from '@vifkit/core';
import { exports as exportsOf } from 'resolve.exports';

/**
 * The module that a path stands for: the file itself, or what the package in the folder exports.
 * @throws VifError PLUGIN_INVALID
 */
export async function moduleAt(path: string): Promise<string> {
  const full = await realpath(resolve(path)).catch((cause: unknown) => {
    throw new VifError('PLUGIN_INVALID', `There is no plugin package at ${path}`, { cause });
  });
  if (/\.[cm]?js$/.test(full)) return full;
  const entry = entryOf(await readManifest(full));
  if (entry === undefined) {
    throw new VifError('PLUGIN_INVALID', `The package.json at ${path} does not say what it exports`);
  }
  return join(full, entry);
}

async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'package.json');
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new VifError('PLUGIN_INVALID', `${file} cannot be read, so there is no plugin package`, { cause });
  }
}

interface Manifest {
  readonly exports?: unknown;
  readonly main?: unknown;
}

/** What Node.js chooses for `import`: the first condition, in the order of the manifest, that holds. */
function entryOf(manifest: Manifest): string | undefined {
  if (manifest.exports === undefined || manifest.exports === null) {
    return typeof manifest.main === 'string' ? manifest.main : undefined;
  }
  try {
    const [entry] = exportsOf(manifest, '.', { conditions: ['node-addons', 'module-sync'] }) ?? [];
    return entry;
  } catch {
    return undefined; // nothing is exported at '.', or under no condition that holds
  }
}
