import { readFile, realpath, stat } from 'node:fs/promises';
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
  if (/\.[cm]?js$/.test(full)) return requireFile(full);
  const entry = entryOf(await readManifest(full));
  if (entry === undefined) {
    throw new VifError('PLUGIN_INVALID', `The package.json at ${path} does not say what it exports`);
  }
  return requireFile(join(full, entry));
}

/** Whoever opens a pipe waits for its writer, and a device may have no end. */
async function requireFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new VifError('PLUGIN_INVALID', `There is no plugin package at ${path}`, { cause });
  });
  if (found.isFile()) return path;
  throw new VifError('PLUGIN_INVALID', `${path} is no file, so there is no plugin package`);
}

async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'package.json');
  try {
    return JSON.parse(await readFile(await requireFile(file), 'utf8'));
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
