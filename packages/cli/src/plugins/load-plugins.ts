import type { PluginPackage } from '@vifkit/core';
import type { Settings } from '../settings/settings.js';

/** The plugin packages that `vif` comes with, loaded at the call. */
export async function builtInPlugins(): Promise<PluginPackage[]> {
  const modules = await Promise.all([
    import('@vifkit/plugin-linux-bridge'),
    import('@vifkit/plugin-ovs-hybrid'),
    import('@vifkit/plugin-tap'),
    import('@vifkit/plugin-midonet'),
    import('@vifkit/plugin-vrouter'),
    import('@vifkit/plugin-iovisor'),
    import('@vifkit/plugin-ib-hostdev'),
    import('@vifkit/plugin-sriov-hw-veb'),
    import('@vifkit/plugin-vhostuser'),
    import('@vifkit/plugin-ivs'),
    import('@vifkit/plugin-macvtap'),
    import('@vifkit/plugin-vepa'),
    import('@vifkit/plugin-hostdev-physical'),
    import('@vifkit/plugin-noop'),
  ]);
  return modules.map((module) => module.default);
}

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
