import { type OptionsByName, type OptionsSource, VifError } from '@vifkit/core';
import { readSettings } from '../input/read-settings.js';

/** What a configuration file says. */
export interface ConfigFile {
  /** Settings of the command by the long names of its options (`root-helper`), as its command line takes them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Options of plugins, with the file's path as their source. */
  readonly plugins: OptionsSource;
}

/**
 * Reads a configuration file: a JSON object with options of plugins in `plugins`, by the plugin's name, and besides
 * them settings of the command. What the options may be, the registry checks.
 *
 * @param timeout in milliseconds; 30 000 unless given
 * @throws VifError INVALID_OPTIONS, which names the file; TIMEOUT for a pipe that nobody writes to
 */
export async function readConfigFile(path: string, timeout = 30_000): Promise<ConfigFile> {
  const { plugins = {}, ...rest } = await readObject(path, timeout);
  if (!isObject(plugins)) throw refused(path, "'plugins' must be an object");
  const settings = Object.entries(rest).map(([name, value]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw refused(path, `'${name}' must be text, a number, true or false`);
    }
    return [name, String(value)] as const;
  });
  return {
    settings: Object.fromEntries(settings),
    plugins: { name: path, options: plugins as OptionsByName },
  };
}

async function readObject(path: string, timeout: number): Promise<Record<string, unknown>> {
  const json = await readSettings(path, 'the configuration file', timeout);
  return isObject(json) ? json : Promise.reject(refused(path, 'it must be a JSON object'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(path: string, why: string): VifError {
  return new VifError('INVALID_OPTIONS', `The configuration file ${path} is no good: ${why}`);
}
