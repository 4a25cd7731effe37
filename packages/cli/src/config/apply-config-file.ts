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
    const value = parse(option, text, `'${name}' (from ${path})`);
    const from = program.getOptionValueSource(key);
    // An option without a default that nobody has set has no source either.
    if (from === undefined || from === 'default') program.setOptionValueWithSource(key, value, 'config');
  }
  program.setOptionValue('pluginOptions', [plugins]);
}

function parse({ parseArg, defaultValue }: Option, text: string, subject: string): unknown {
  try {
    return parseArg ? parseArg(text, defaultValue) : text;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new VifError('INVALID_OPTIONS', `The setting ${subject} is no good. ${error.message}`, {
      cause: error,
    });
  }
}
