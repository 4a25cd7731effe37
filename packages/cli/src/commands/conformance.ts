import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { thisCore, VifError } from '@vifkit/core';
import { readPackageManifest } from '@vifkit/core/internal';
import { type FoundPackage, findPackage } from '../plugins/find-package.js';
import { importDefault } from '../plugins/load-named-plugin.js';
import { InputError } from '../requests/request.js';
import type { CommandEnvironment } from '../settings/command-environment.js';
import { givenTimeout } from '../settings/options.js';
import type { Settings } from '../settings/settings.js';
import { plain, type Style, styleFor, writeWhole } from '../terminal/output.js';
import { printable } from '../terminal/text.js';

/** The result of a promise, as `@vifkit/testkit/conformance` returns it and `--format json` prints it. */
export interface PromiseResult {
  readonly subject: string;
  /** The promise, by a stable name. */
  readonly promise: string;
  readonly says: string;
  readonly outcome: 'kept' | 'broken' | 'not applicable';
  readonly reason?: string;
}

/**
 * The part of `@vifkit/testkit/conformance` that is used. Vendors install that package; `vif` does not need it
 * otherwise.
 */
interface Suite {
  runConformance(options: unknown): AsyncIterable<PromiseResult>;
  badgeOf(results: readonly PromiseResult[], contract: number): object;
}

/**
 * Checks a plugin package against the promises of every plugin; the exit status is 1 if one is broken. The package
 * provides the requests for that: its package.json names the module, as `"vifkit": { "conformance":
 * "./dist/conformance.js" }`, whose default export is the argument of the testkit's `conformance`, or a list of such
 * arguments.
 * @throws VifError PLUGIN_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_FAILED; TIMEOUT after the promise during which the time
 *   that the command was given ended; InputError for one badge of several packages
 */
export async function conformance(
  settings: Settings & { readonly badge?: string },
  environment: CommandEnvironment,
  packages: readonly string[],
): Promise<number> {
  const end = performance.now() + givenTimeout(environment.program);
  if (settings.badge !== undefined && packages.length > 1) {
    throw new InputError('--badge is for one package: name only one, or leave out --badge');
  }
  let status = 0;
  for (const each of packages)
    status = Math.max(status, await holdToPromises(each, settings, environment, end));
  return status;
}

async function holdToPromises(
  given: string,
  settings: Settings & { readonly badge?: string },
  { stdout }: CommandEnvironment,
  end: number,
): Promise<number> {
  const found = await findPackage(given);
  const { vifkit } = readPackageManifest(found.manifest, found.folder);
  if (vifkit?.conformance === undefined) {
    const text = `The package.json of ${given} names no module with its requests, as "vifkit": { "conformance": PATH }`;
    throw new VifError('PLUGIN_INVALID', text);
  }
  const suite = await loadSuite(found);
  const module = join(found.folder, vifkit.conformance);
  const options = withManifest(await importDefault(module, given, settings.timeout), found.manifest);
  const results: PromiseResult[] = [];
  const style = styleFor(stdout);
  for await (const result of suite.runConformance(options)) {
    results.push(result);
    stdout.write(settings.format === 'json' ? `${JSON.stringify(result)}\n` : renderPromise(result, style));
    if (performance.now() < end) continue;
    throw new VifError(
      'TIMEOUT',
      `The deadline passed while ${given} was tested: give it more time (--timeout)`,
    );
  }
  const badge = suite.badgeOf(results, thisCore.contract);
  if (settings.badge !== undefined) await writeWhole(stdout, settings.badge, `${JSON.stringify(badge)}\n`);
  stdout.write(settings.format === 'json' ? `${JSON.stringify({ badge })}\n` : summary(results));
  return results.length === 0 || results.some(({ outcome }) => outcome === 'broken') ? 1 : 0;
}

/** What the suite is given, with the package.json that was found, unless the module has one of its own. */
function withManifest(options: unknown, manifest: unknown): unknown {
  if (Array.isArray(options)) return options.map((each) => withManifest(each, manifest));
  return typeof options === 'object' && options !== null ? { manifest, ...options } : options;
}

/** The testkit beside the package, otherwise beside `vif`. */
async function loadSuite({ folder }: FoundPackage): Promise<Suite> {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    const path = resolvedFrom(from);
    if (path !== undefined) return import(pathToFileURL(path).href);
  }
  const text = `There is no @vifkit/testkit beside ${folder}; add it there: npm install --save-dev @vifkit/testkit`;
  throw new VifError('PLUGIN_INVALID', text);
}

function resolvedFrom(file: string | URL): string | undefined {
  try {
    return createRequire(file).resolve('@vifkit/testkit/conformance');
  } catch {
    return undefined;
  }
}

export function renderPromise(
  { subject, says, outcome, reason }: PromiseResult,
  style: Style = plain,
): string {
  const promise = printable(`${subject}: ${says}`);
  if (outcome === 'kept') return `${style('green', '✓')} ${promise}\n`;
  if (outcome === 'not applicable')
    return `${style('dim', `- ${promise} (not applicable: ${printable(reason ?? '')})`)}\n`;
  const lines = (reason ?? '').split('\n').map((line) => `    ${printable(line)}\n`);
  return `${style('red', '✗')} ${promise}\n${lines.join('')}`;
}

function summary(results: readonly PromiseResult[]): string {
  const count = (outcome: PromiseResult['outcome']) =>
    results.filter((each) => each.outcome === outcome).length;
  return `${count('kept')} kept, ${count('broken')} broken, ${count('not applicable')} not applicable\n`;
}
