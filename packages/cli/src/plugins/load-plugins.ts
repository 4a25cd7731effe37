import type { PluginPackage } from '@vifkit/core';
import { builtInPlugins } from '../driver/built-in-plugins.js';
import type { Settings } from '../settings.js';

/**
 * The packages that `vif` comes with, and those that the operator names. Nothing else is looked for.
 * @throws VifError PLUGIN_INVALID, PLUGIN_FAILED for one that cannot be used, which ends the command at its beginning
 */
export async function loadPlugins({
  plugin = [],
  timeout,
}: Pick<Settings, 'plugin' | 'timeout'>): Promise<PluginPackage[]> {
  if (plugin.length === 0) return builtInPlugins();
  const { loadNamedPlugin } = await import('./load-named-plugin.js');
  const [builtIn, named] = await Promise.all([
    builtInPlugins(),
    Promise.all([...new Set(plugin)].map((each) => loadNamedPlugin(each, timeout))),
  ]);
  return [...builtIn, ...named];
}
