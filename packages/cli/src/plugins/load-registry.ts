import type { PluginRegistry } from '@vifkit/core';
import { optionSources } from '../config/option-sources.js';
import { openLogger } from '../logger.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * The plugins that are there, with their options.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function loadRegistry(settings: Settings, surroundings: Surroundings): Promise<PluginRegistry> {
  const [core, packages, logger] = await Promise.all([
    import('@vifkit/core'),
    surroundings.plugins(settings),
    openLogger(settings.verbose, surroundings.stderr),
  ]);
  const options = await optionSources(settings, surroundings.env, packages);
  return new core.PluginRegistry(packages, options, logger);
}
