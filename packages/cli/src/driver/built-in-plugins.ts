import type { PluginPackage } from '@vifkit/core';

/** The plugin packages that `vif` comes with, loaded at the call. */
export async function builtInPlugins(): Promise<PluginPackage[]> {
  const modules = await Promise.all([
    import('@vifkit/plugin-linux-bridge'),
    import('@vifkit/plugin-ovs-hybrid'),
    import('@vifkit/plugin-tap'),
    import('@vifkit/plugin-noop'),
  ]);
  return modules.map((module) => module.default);
}
