import { VifError } from '@vifkit/core';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { readConfigFile } from './config-file.js';

/**
 * Gives the program the settings of the file that its option `config` names, where neither the command line nor the
 * environment has them, and the plugins' options. What can be set in the environment can be set in the file.
 *
 * @throws VifError INVALID_OPTIONS, which names the file
 */
export async function applyConfigFile(program: Command): Promise<void> {
  const path = program.getOptionValue('config') as string;
  const { settings, plugins } = await readConfigFile(path);
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
