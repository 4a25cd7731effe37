import { readFile, realpath, stat } from 'node:fs/promises';
import { createRequire, register } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asVifError, isVifError, type PluginPackage, VifError } from '@vifkit/core';
import { orAborted, withDeadline } from '@vifkit/engine/time';
import { exports as exportsOf } from 'resolve.exports';

/**
 * Loads a package that the operator has named: by its path, or by its name, which is looked for where `vif` is
 * installed and nowhere else. What happens to lie in the current directory is not for the taking: its owner may be
 * anybody.
 *
 * @param timeout in milliseconds
 * @throws VifError PLUGIN_INVALID for what is not there, or no plugin package; PLUGIN_FAILED for what throws, or is
 *   not loaded in time
 */
export async function loadNamedPlugin(given: string, timeout: number): Promise<PluginPackage> {
  try {
    const isPath = /^(\.{0,2}\/|\.{1,2}$)/.test(given);
    const specifier = isPath ? await urlAt(given) : given;
    // A module may wait for ever at its top level.
    const { default: found } = await withDeadline(timeout, undefined, (signal) =>
      orAborted(importModule(specifier), signal, () => new Error('it was not loaded in time')),
    );
    if (isPackage(found)) return found;
  } catch (error) {
    if (isVifError(error)) throw error;
    if (isMissing(error, given)) {
      const text = `There is no package '${given}' where vif is installed; install it there, or give its path`;
      throw new VifError('PLUGIN_INVALID', text, { cause: error });
    }
    throw asVifError(error, 'PLUGIN_FAILED', `The plugin package '${given}' cannot be loaded`);
  }
  const text = `'${given}' is not a plugin package: its default export has no 'name' and 'provides'`;
  throw new VifError('PLUGIN_INVALID', text);
}

/** The module at a path. One that has no `@vifkit/core` beside it gets the command's. */
async function urlAt(path: string): Promise<string> {
  const module = await moduleAt(path);
  try {
    createRequire(module).resolve('@vifkit/core');
  } catch {
    register('./core-fallback.js', import.meta.url);
  }
  return pathToFileURL(module).href;
}

function importModule(specifier: string): Promise<{ readonly default?: unknown }> {
  return import(specifier);
}

function isPackage(value: unknown): value is PluginPackage {
  if (typeof value !== 'object' || value === null) return false;
  const { name, provides } = value as Partial<PluginPackage>;
  return typeof name === 'string' && Array.isArray(provides);
}

/** The package itself is missing, and not something that it needs. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error && 'code' in error)) return false; // a module may throw anything
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`);
}

/**
 * The module that a path stands for: the file itself, or what the package in the folder exports.
 * @throws VifError PLUGIN_INVALID
 */
async function moduleAt(path: string): Promise<string> {
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
  throw new VifError('PLUGIN_INVALID', `${path} is not a file, so there is no plugin package`);
}

async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'package.json');
  try {
    return JSON.parse(await readFile(await requireFile(file), 'utf8'));
  } catch (cause) {
    throw new VifError('PLUGIN_INVALID', `${file} cannot be read, so this is not a plugin package`, {
      cause,
    });
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
