import type { PluginRegistry } from '@vifkit/core';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { openLogger } from '../terminal/log.js';
import { optionSources } from './load-plugins.js';

/**
 * The registry of plugins, with their options.
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
