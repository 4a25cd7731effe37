import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { VifError } from '@vifkit/core';

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

/** As Node.js chooses for `import`; conditions are tried in its order of preference. */
function entryOf({ exports, main }: Manifest): string | undefined {
  if (typeof exports === 'object' && exports !== null) {
    for (const key of ['.', 'node', 'import', 'module-sync', 'default']) {
      const found = entryOf({ exports: Reflect.get(exports, key) });
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return [exports, main].find((each) => typeof each === 'string');
}
