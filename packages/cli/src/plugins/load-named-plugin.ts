import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { asVifError, isVifError, type PluginPackage, VifError } from '@vifkit/core';
import { orAborted, withDeadline } from '@vifkit/engine/time';
import { moduleAt } from './module-at.js';

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
    const isPath = /^\.{0,2}\//.test(given);
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
  const text = `'${given}' is no plugin package: its default export has no 'name' and 'provides'`;
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
