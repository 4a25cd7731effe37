import { stat } from 'node:fs/promises';
import { type OptionsByName, type OptionsSource, VifError } from '@vifkit/core';
import { parseSettings, readSettings, readSettingsText } from '../requests/input.js';

/** The contents of a configuration file. */
export interface ConfigFile {
  /**
   * Settings of the command by the long names of its options (`root-helper`), as on its command line; a list for
   * options that may be repeated.
   */
  readonly settings: Readonly<Record<string, string | readonly string[]>>;
  /** Options of plugins, with the file's path as their source. */
  readonly plugins: OptionsSource;
}

/**
 * Reads a configuration file: a JSON object with options of plugins in `plugins`, by the plugin's name, and also
 * settings of the command. The registry checks the options.
 *
 * @param timeout in milliseconds; 30 000 unless given
 * @throws VifError INVALID_OPTIONS, which names the file; TIMEOUT for a pipe without a writer
 */
export async function readConfigFile(path: string, timeout = 30_000): Promise<ConfigFile> {
  return configIn(await readSettings(path, what, timeout), path);
}

const what = 'the configuration file';

/**
 * The text of a configuration file, and its contents.
 * @throws VifError INVALID_OPTIONS, TIMEOUT
 */
export async function readConfigText(
  path: string,
  timeout: number,
): Promise<readonly [string, () => ConfigFile]> {
  const text = await readSettingsText(path, what, timeout);
  return [text, () => configIn(parseSettings(text, path, what), path)];
}

function configIn(json: unknown, path: string): ConfigFile {
  if (!isObject(json)) throw refused(path, 'it must be a JSON object');
  const { plugins = {}, ...rest } = json;
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(path: string, why: string): VifError {
  return new VifError('INVALID_OPTIONS', `The configuration file ${path} is not valid: ${why}`);
}

/**
 * Refuses a file that is read without being named, if anybody except root and this user could write to it, because it
 * can name plugins.
 * @throws VifError INVALID_OPTIONS
 */
export async function requireOwn(path: string): Promise<void> {
  const { uid, mode } = await stat(path);
  if ((uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0) return;
  throw refused(
    path,
    'other users can write to it, and it can name plugins; run chown root and chmod go-w on it',
  );
}
