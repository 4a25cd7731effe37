import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { asVifError, isVifError, type PluginPackage, VifError } from '@vifkit/core';
import { readPackageManifest, requireAsDeclared } from '@vifkit/core/internal';
import { orAborted, withDeadline } from '@vifkit/engine/time';
import { fallBackToOwnCore, servesRequire } from './core-fallback.js';
import { findPackage } from './find-package.js';

/** A package that was named, and where it was found. */
export interface NamedPlugin {
  readonly package: PluginPackage;
  readonly path: string;
  readonly version: string | undefined;
}

/**
 * Loads a package that the operator has named. The declaration in its package.json is read first: if the contract
 * cannot be served, none of its code runs, and its code must match the declaration.
 *
 * @param timeout in milliseconds
 * @throws VifError PLUGIN_INVALID for a package that does not exist, is not a plugin package, or differs from its
 *   declaration; PLUGIN_INCOMPATIBLE for a contract that cannot be served; PLUGIN_FAILED for one that throws, or is not
 *   loaded in time
 */
export async function loadNamedPlugin(given: string, timeout: number): Promise<NamedPlugin> {
  const { folder, manifest, module } = await findPackage(given);
  const { version, vifkit } = readPackageManifest(manifest, folder);
  const found = await importDefault(module, given, timeout);
  if (!isPackage(found)) {
    const text = `'${given}' is not a plugin package: its default export has no 'name' and 'provides'`;
    throw new VifError('PLUGIN_INVALID', text);
  }
  if (vifkit) requireAsDeclared(vifkit, found);
  return { package: found, path: folder, version: version ?? found.version };
}

/**
 * The default export of a vendor's module.
 * @param module its path; that of the package of this name unless given
 * @throws VifError PLUGIN_FAILED for a module that throws, or is not loaded in time
 */
export async function importDefault(
  module: string | undefined,
  given: string,
  timeout: number,
): Promise<unknown> {
  try {
    const specifier = module === undefined ? given : urlOf(module);
    // A module may wait forever at its top level.
    const loaded = await withDeadline(timeout, undefined, (signal) =>
      orAborted(importModule(specifier), signal, () => new Error('it was not loaded in time')),
    );
    return isCompiled(loaded.default) ? loaded.default.default : loaded.default;
  } catch (error) {
    if (isVifError(error)) throw error;
    throw asVifError(
      error,
      'PLUGIN_FAILED',
      `The plugin package '${given}' cannot be loaded${adviceFor(error)}`,
    );
  }
}

/** Whether this is what `import` has of a module that a compiler (TypeScript, Babel) made CommonJS. */
function isCompiled(exported: unknown): exported is { readonly default: unknown } {
  if (typeof exported !== 'object' || exported === null) return false;
  return 'default' in exported && '__esModule' in exported && exported.__esModule === true;
}

/** What to do about a CommonJS module that finds no core, where it cannot be given the command's. */
function adviceFor(error: unknown): string {
  const isMissing =
    error instanceof Error && 'requireStack' in error && /'@vifkit\/core\b/.test(error.message);
  if (!isMissing || servesRequire) return '';
  return ' (it is CommonJS: install @vifkit/core beside it, or run vif with Node.js 22.15 or later)';
}

/** The URL of a module. One that has no `@vifkit/core` beside it gets the command's. */
function urlOf(module: string): string {
  try {
    createRequire(module).resolve('@vifkit/core');
  } catch {
    fallBackToOwnCore();
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
