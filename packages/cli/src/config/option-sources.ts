import type { OptionsSource, PluginPackage } from '@vifkit/core';
import { commonOptions } from '../options.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * The options of plugins, a later source overriding an earlier one: the configuration file, the environment.
 * @throws VifError INVALID_OPTIONS for a variable that sets nothing
 */
export async function optionSources(
  { pluginOptions = [] }: Pick<Settings, 'pluginOptions'>,
  env: Surroundings['env'],
  plugins: readonly PluginPackage[],
): Promise<OptionsSource[]> {
  const { optionsFromEnvironment } = await import('@vifkit/core');
  const ownVariables = commonOptions().flatMap(({ envVar }) => envVar ?? []);
  return [...pluginOptions, ...optionsFromEnvironment(env, plugins, ownVariables)];
}
