import { readFile, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { isVifError, VifError } from '@vifkit/core';
import { isPlainObject, ownValue, reasonOf } from '@vifkit/core/internal';
import { exports as exportsOf } from 'resolve.exports';

/** A package that an operator has named. None of its code has been run. */
export interface FoundPackage {
  /** Its folder; for a module that does not belong to a plugin package, the folder that contains the module. */
  readonly folder: string;
  /** The contents of its package.json; undefined if there is none that declares plugins. */
  readonly manifest: unknown;
  /** The module to load, for one that was named by its path. */
  readonly module?: string;
}

/**
 * Finds a package by its path, or by its name where `vif` is installed and nowhere else. The current directory is not
 * searched, because its owner may be anybody.
 * @throws VifError PLUGIN_INVALID for a package that does not exist
 */
export async function findPackage(given: string): Promise<FoundPackage> {
  if (isPath(given)) return findByPath(given);
  const places = createRequire(import.meta.url).resolve.paths(given) ?? [];
  for (const place of places) {
    const folder = await realpath(join(place, given)).catch(() => undefined);
    if (folder !== undefined) return { folder, manifest: await readManifest(folder) };
  }
  const text = `There is no package '${given}' where vif is installed; install it there, or give its path`;
  throw new VifError('PLUGIN_INVALID', text);
}

/** Whether a package is given by its path, not by its name. */
function isPath(given: string): boolean {
  return /^(\.{0,2}\/|\.{1,2}$)/.test(given);
}

const give = "give the path of the package's folder, or of its module";

async function findByPath(path: string): Promise<FoundPackage> {
  const full = await realpath(resolve(path)).catch((cause: unknown) => {
    throw new VifError('PLUGIN_INVALID', `There is no plugin package at ${path}: ${give}`, { cause });
  });
  if (/\.[cm]?js$/.test(full)) {
    const module = await requireFile(full);
    return { ...(await packageAround(dirname(module))), module };
  }
  const manifest = await readManifest(full);
  const module = entryOf(full, manifest);
  if (module === undefined) {
    const text = `The package.json at ${path} names no existing module as "exports" or "main", and there is no index.js`;
    throw new VifError('PLUGIN_INVALID', text);
  }
  return { folder: full, manifest, module: await requireFile(module) };
}

/** The package that contains a module, if it has plugins. */
async function packageAround(start: string): Promise<FoundPackage> {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readManifest(folder).catch(() => undefined);
    if (manifest !== undefined)
      return 'vifkit' in manifest ? { folder, manifest } : { folder: start, manifest: undefined };
  }
  return { folder: start, manifest: undefined };
}

/** Refuses anything but a regular file: opening a pipe waits for a writer, and a device may have no end. */
async function requireFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new VifError('PLUGIN_INVALID', `There is no plugin package at ${path}: ${give}`, { cause });
  });
  if (found.isFile()) return path;
  throw new VifError('PLUGIN_INVALID', `${path} is not a file, so there is no plugin package: ${give}`);
}

async function readManifest(folder: string): Promise<object> {
  const file = join(folder, 'package.json');
  try {
    const manifest: unknown = JSON.parse(await readFile(await requireFile(file), 'utf8'));
    if (isPlainObject(manifest)) return manifest;
    throw new TypeError('it is not a JSON object');
  } catch (cause) {
    const why = isVifError(cause) ? '' : ` (${reasonOf(cause)})`;
    const text = `${file} cannot be read, so this is not a plugin package${why}: ${give}`;
    throw new VifError('PLUGIN_INVALID', text, { cause });
  }
}

/** The path of the module that Node.js chooses for `import`; undefined if there is none. */
function entryOf(folder: string, manifest: object): string | undefined {
  try {
    // Without exports: the file or the folder that `main` names, with or without its extension, or else index.js. The
    // slash is for a folder beside which there is a file of the same name.
    if (!ownValue(manifest, 'exports')) return createRequire(import.meta.url).resolve(`${folder}/`);
    const [entry] = exportsOf(manifest, '.', { conditions: ['node-addons', 'module-sync'] }) ?? [];
    return entry === undefined ? undefined : join(folder, entry);
  } catch {
    return undefined; // nothing is exported at '.', or under no condition that holds; or there is no such file
  }
}
