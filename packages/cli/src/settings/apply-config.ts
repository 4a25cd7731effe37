import { type OptionsSource, VifError } from '@vifkit/core';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { closestMatch } from 'leven';
import { readConfigFile } from './config-file.js';

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
