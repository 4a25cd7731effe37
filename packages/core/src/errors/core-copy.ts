import { fileURLToPath } from 'node:url';
import { VifError } from './vif-error.js';

/**
 * A copy of this package. One process may have several: npm may install a separate copy for each package that depends
 * on it.
 */
export interface CoreCopy {
  /** The version of the contract between plugins and their caller: everything that is passed between the two. */
  readonly contract: number;
  /** Where it is installed; empty if that is unknown, as in some bundles. */
  readonly path: string;
}

/** Incremented when plugins written for the previous contract would no longer work. */
const contract = 1;

/** The copy that this module belongs to. */
export const thisCore: CoreCopy = { contract, path: installedAt() };

/**
 * Copies of the same contract understand each other's plugins, whatever their package versions.
 * @throws VifError PLUGIN_INCOMPATIBLE with both paths, and what to install
 */
export function requireOurContract(packageName: string, core: CoreCopy): void {
  if (core.contract !== thisCore.contract) throw incompatible(packageName, core);
}

/** The error for a package whose contract this copy cannot serve. It has both paths, and says what to install. */
export function incompatible(packageName: string, core: CoreCopy): VifError {
  const isPluginOlder = core.contract < thisCore.contract;
  const older = isPluginOlder ? packageName : outermostPackage(thisCore.path);
  const text =
    `${packageName} is for contract ${core.contract} of @vifkit/core (${core.path || 'in a bundle'}), ` +
    `and what runs it has contract ${thisCore.contract} (${thisCore.path || 'in a bundle'}). ` +
    `Update the older one: npm install ${globalFlag(isPluginOlder ? core.path : thisCore.path)}${older}@latest`;
  return new VifError('PLUGIN_INCOMPATIBLE', text);
}

/** npm's global packages are in lib/node_modules below its prefix. */
function globalFlag(path: string): string {
  return path.includes('/lib/node_modules/') ? '--global ' : '';
}

/** The package that depends on the one at this path. */
function outermostPackage(path: string): string {
  return /\/node_modules\/((?:@[^/]+\/)?[^/.][^/]*)/.exec(path)?.[1] ?? '@vifkit/core';
}

/** The folder of the package; in a bundle, the bundle. */
function installedAt(): string {
  try {
    return fileURLToPath(import.meta.url).replace(/\/(dist|src|modules)\/(errors\/)?[^/]*$/, '');
  } catch {
    return '';
  }
}
