import { readFile } from 'node:fs/promises';
import { asVifError, type OptionsByName, type OptionsSource, VifError } from '@vifkit/core';

/** What a configuration file says. */
export interface ConfigFile {
  /** Settings of the command by the long names of its options (`root-helper`), as its command line takes them; a list for what may be repeated. */
  readonly settings: Readonly<Record<string, string | readonly string[]>>;
  /** Options of plugins, with the file's path as their source. */
  readonly plugins: OptionsSource;
}

/**
 * Reads a configuration file: a JSON object with options of plugins in `plugins`, by the plugin's name, and besides
 * them settings of the command. What the options may be, the registry checks.
 *
 * @throws VifError INVALID_OPTIONS, which names the file
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const { plugins = {}, ...rest } = await readObject(path);
  if (!isObject(plugins)) throw refused(path, "'plugins' must be an object");
  const settings = Object.entries(rest).map(([name, value]) => {
    if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
      return [name, value] as const;
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw refused(path, `'${name}' must be text, a number, true or false, or a list of texts`);
    }
    return [name, String(value)] as const;
  });
  return {
    settings: Object.fromEntries(settings),
    plugins: { name: path, options: plugins as OptionsByName },
  };
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw asVifError(error, 'INVALID_OPTIONS', `Cannot read the configuration file ${path}`);
  }
  return isObject(json) ? json : Promise.reject(refused(path, 'it must be a JSON object'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(path: string, why: string): VifError {
  return new VifError('INVALID_OPTIONS', `The configuration file ${path} is no good: ${why}`);
}
