import { stat } from 'node:fs/promises';
import { type OptionsByName, type OptionsSource, VifError } from '@vifkit/core';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { closestMatch } from 'leven';
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
 * Applies the settings of files that neither the command line nor the environment sets, and the plugins' options. What
 * can be set in the environment can be set in a file; a later file overrides an earlier one.
 *
 * @throws VifError INVALID_OPTIONS, which names the file
 */
export async function applyConfigFiles(program: Command, paths: readonly string[]): Promise<void> {
  const sources: OptionsSource[] = [];
  for (const path of paths) {
    const { settings, plugins } = await readConfigFile(path, program.getOptionValue('timeout'));
    for (const [name, text] of Object.entries(settings)) {
      const { option, value } = readSetting(program.options, name, text, path);
      const key = option.attributeName();
      // An option without a default that is not set has no source either.
      const from = program.getOptionValueSource(key) ?? 'default';
      if (from !== 'default' && from !== 'config') continue;
      program.setOptionValueWithSource(key, value, 'config');
      if (option.long === '--plugin') program.setOptionValue('pluginNamedBy', path);
    }
    sources.push(plugins);
  }
  program.setOptionValue('pluginOptions', sources);
}

/**
 * The option for a setting of a file, and its value.
 * @throws VifError INVALID_OPTIONS
 */
export function readSetting(
  all: readonly Option[],
  name: string,
  given: string | readonly string[],
  path: string,
): { readonly option: Option; readonly value: unknown } {
  const options = all.filter(({ envVar, long }) => envVar && long !== '--config');
  const option = options.find(({ long }) => long === `--${name}`);
  if (option) return { option, value: parse(option, given, name, path) };
  const known = ['plugins', ...options.map(({ long = '' }) => long.slice(2))];
  const near = name.length < 40 ? closestMatch(name, known, { maxDistance: 3 }) : undefined;
  const meant = near ? `; did you mean '${near}'? There are` : '; there are';
  throw new VifError(
    'INVALID_OPTIONS',
    `There is no setting '${name}' (from ${path})${meant} ${known.join(', ')}`,
  );
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

function parse(option: Option, given: string | readonly string[], name: string, path: string): unknown {
  if (typeof given === 'string') return parseText(option, given, option.defaultValue, name, path);
  if (option.long !== '--plugin') {
    throw new VifError('INVALID_OPTIONS', `The setting '${name}' must be text, not a list (from ${path})`);
  }
  // As on the command line: the option once for each text of the list.
  return given.reduce<unknown>(
    (before, text) => parseText(option, text, before, name, path),
    option.defaultValue,
  );
}

function parseText({ parseArg }: Option, text: string, before: unknown, name: string, path: string): unknown {
  try {
    return parseArg ? parseArg(text, before) : text;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const message = `The setting '${name}' (from ${path}) is not valid. ${error.message}`;
    throw new VifError('INVALID_OPTIONS', message, { cause: error });
  }
}
