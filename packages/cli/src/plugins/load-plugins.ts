import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
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

/** Where a package is from. */
export interface Origin {
  /** What named it: `--plugin`, `VIF_PLUGINS`, a configuration file's path, or `vif` for what it comes with. */
  readonly namedBy: string;
  /** Its folder; undefined where that cannot be told, as in a bundle. */
  readonly path?: string | undefined;
  readonly version?: string | undefined;
}

const origins = new WeakMap<PluginPackage, Origin>();

/** Where a package is from that {@link loadPlugins} has loaded. */
export function originOf(loaded: PluginPackage): Origin {
  return origins.get(loaded) ?? { namedBy: 'vif', ...builtInFolder(loaded.name) };
}

/** The version and folder of a package that `vif` comes with. */
function builtInFolder(name: string): Pick<Origin, 'path' | 'version'> {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return { path: dirname(file), version: JSON.parse(readFileSync(file, 'utf8')).version };
  } catch {
    return {};
  }
}

/**
 * The packages that `vif` comes with, and those that the operator names. Nothing else is looked for.
 * @throws VifError PLUGIN_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_FAILED for one that cannot be used, which ends the command
 *   at its beginning
 */
export async function loadPlugins({
  plugin = [],
  pluginNamedBy = '--plugin',
  timeout,
}: Pick<Settings, 'plugin' | 'pluginNamedBy' | 'timeout'>): Promise<PluginPackage[]> {
  if (plugin.length === 0) return builtInPlugins();
  const { loadNamedPlugin } = await import('./load-named-plugin.js');
  const [builtIn, named] = await Promise.all([
    builtInPlugins(),
    Promise.all([...new Set(plugin)].map((each) => loadNamedPlugin(each, timeout))),
  ]);
  for (const { package: each, path, version } of named) {
    origins.set(each, { namedBy: pluginNamedBy, path, version });
  }
  return [...builtIn, ...named.map((each) => each.package)];
}
