import type { PluginPackage } from '@vifkit/core';

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
