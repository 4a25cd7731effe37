import type { OptionsSource, PluginPackage, PluginRegistry } from '@vifkit/core';
import type { Environment } from '../settings/environment.js';
import { commonOptions } from '../settings/options.js';
import type { Settings } from '../settings/settings.js';
import { openLogger } from '../terminal/log.js';

/**
 * The plugins that are there, with their options.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function loadRegistry(settings: Settings, environment: Environment): Promise<PluginRegistry> {
  const [core, packages, logger] = await Promise.all([
    import('@vifkit/core'),
    environment.plugins(settings),
    openLogger(settings, environment.stderr, environment.env),
  ]);
  const options = await optionSources(settings, environment.env, packages);
  return new core.PluginRegistry(packages, options, logger);
}

/** Whether something sets options of plugins, so that all have to be loaded to judge them. */
export function setsOptions(
  { pluginOptions = [] }: Pick<Settings, 'pluginOptions'>,
  env: Environment['env'],
): boolean {
  const own = ownVariables();
  return (
    pluginOptions.length > 0 ||
    Object.keys(env).some((name) => name.startsWith('VIF_') && !own.includes(name))
  );
}

/** Variables that set options of the command. */
function ownVariables(): string[] {
  return commonOptions().flatMap(({ envVar }) => envVar ?? []);
}

/**
 * The options of plugins, a later source overriding an earlier one: the configuration file, the environment.
 * @throws VifError INVALID_OPTIONS for a variable that sets nothing
 */
export async function optionSources(
  { pluginOptions = [] }: Pick<Settings, 'pluginOptions'>,
  env: Environment['env'],
  plugins: readonly PluginPackage[],
): Promise<OptionsSource[]> {
  const { optionsFromEnvironment } = await import('@vifkit/core');
  return [...pluginOptions, ...optionsFromEnvironment(env, plugins, ownVariables())];
}
