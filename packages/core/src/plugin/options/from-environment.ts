import { VifError } from '../../errors/vif-error.js';
import type { PluginPackage } from '../package.js';
import type { OptionsSource } from './options-source.js';
import { readVariable } from './read-variable.js';
import { optionVariables, variablePrefix } from './variables.js';

/**
 * The options that environment variables set, a source a variable: for `createVifDriver`, behind those that they
 * override.
 *
 * @param env as `process.env`; what does not begin with `VIF_` is passed over
 * @param reserved variables that begin so, but are for other things
 * @throws VifError INVALID_OPTIONS for a variable that sets no option, or a text that is no value of its option;
 *   PLUGIN_CONFLICT when a variable would set two options
 */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  plugins: readonly PluginPackage[],
  reserved: readonly string[] = [],
): OptionsSource[] {
  const known = optionVariables(plugins);
  const names = Object.keys(env).filter(
    (name) => name.startsWith(variablePrefix) && !reserved.includes(name),
  );
  return names.sort().flatMap((name): OptionsSource[] => {
    const text = env[name];
    if (text === undefined) return [];
    const variable = known.get(name);
    if (!variable) throw unknownVariable(name, [...known.keys()]);
    const { owner, option } = variable;
    return [{ name, options: { [owner]: { [option]: readVariable(name, text, variable) } } }];
  });
}

function unknownVariable(name: string, known: readonly string[]): VifError {
  const these = known.length > 0 ? `These do: ${known.join(', ')}` : 'The plugins have none';
  return new VifError('INVALID_OPTIONS', `The environment variable ${name} sets no option. ${these}`);
}
