import { type OptionsByName, type OptionsSource, VifError } from '@vifkit/core';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { readSettings } from '../requests/input.js';

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
 * @param timeout in milliseconds; 30 000 unless given
 * @throws VifError INVALID_OPTIONS, which names the file; TIMEOUT for a pipe that nobody writes to
 */
export async function readConfigFile(path: string, timeout = 30_000): Promise<ConfigFile> {
  const { plugins = {}, ...rest } = await readObject(path, timeout);
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

async function readObject(path: string, timeout: number): Promise<Record<string, unknown>> {
  const json = await readSettings(path, 'the configuration file', timeout);
  return isObject(json) ? json : Promise.reject(refused(path, 'it must be a JSON object'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(path: string, why: string): VifError {
  return new VifError('INVALID_OPTIONS', `The configuration file ${path} is not valid: ${why}`);
}

/**
 * Gives the program the settings of the file that its option `config` names, where neither the command line nor the
 * environment has them, and the plugins' options. What can be set in the environment can be set in the file.
 *
 * @throws VifError INVALID_OPTIONS, which names the file
 */
export async function applyConfigFile(program: Command): Promise<void> {
  const path = program.getOptionValue('config') as string;
  const { settings, plugins } = await readConfigFile(path, program.getOptionValue('timeout'));
  const options = program.options.filter(({ envVar, long }) => envVar && long !== '--config');
  for (const [name, text] of Object.entries(settings)) {
    const option = options.find(({ long }) => long === `--${name}`);
    if (!option) {
      const known = ['plugins', ...options.map(({ long }) => long?.slice(2))].join(', ');
      throw new VifError(
        'INVALID_OPTIONS',
        `There is no setting '${name}' (from ${path}); there are ${known}`,
      );
    }
    const key = option.attributeName();
    const value = parse(option, text, name, path);
    const from = program.getOptionValueSource(key);
    // An option without a default that nobody has set has no source either.
    if (from === undefined || from === 'default') program.setOptionValueWithSource(key, value, 'config');
  }
  program.setOptionValue('pluginOptions', [plugins]);
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
