import { loadRegistry } from '../plugins/load-registry.js';
import { InputError } from '../requests/request.js';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { nearest } from '../terminal/nearest.js';
import { printable } from '../terminal/text.js';

/** Short names for the most frequent schemas. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['request', 'VifRequest'],
  ['vif', 'NetworkVif'],
]);

/**
 * Prints a JSON Schema by its name, those of vendors' classes included, or lists all names.
 * @throws InputError for an unknown name
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function schema(
  settings: Settings,
  environment: Environment,
  [name]: readonly string[],
): Promise<number> {
  const [{ schemas }] = await Promise.all([
    import('@vifkit/core/schema'),
    loadRegistry(settings, environment), // the classes of plugins are known by this
  ]);
  const { stdout } = environment;
  const isJson = settings.format === 'json';
  const all = schemas();
  if (name === undefined) {
    stdout.write(
      [...all.keys()].map((each) => `${isJson ? JSON.stringify({ name: each }) : each}\n`).join(''),
    );
    return 0;
  }
  const ofVendor = [...all.keys()].find((each) => each.endsWith(`.${name}`)); // after its namespace
  const found = all.get(aliases.get(name) ?? name) ?? all.get(ofVendor ?? name);
  if (!found) throw unknown(name, [...aliases.keys(), ...all.keys()]);
  stdout.write(`${JSON.stringify(found(), null, isJson ? 0 : 2)}\n`);
  return 0;
}

function unknown(name: string, known: readonly string[]): InputError {
  const near = nearest(name, known);
  const hint = near ? `did you mean ${near}?` : 'vif schema lists all of them';
  return new InputError(`There is no schema '${printable(name)}'; ${hint}`);
}
