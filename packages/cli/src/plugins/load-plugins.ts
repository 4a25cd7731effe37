import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { OptionsSource, PluginOnDemand, PluginPackage, StaticComponent } from '@vifkit/core';
import { ownVariables } from '../settings/options.js';
import type { PluginSettings } from '../settings/plugin-settings.js';

/** The built-in plugin packages and their declarations. Each is loaded when something of it is needed. */
export const builtIn: readonly PluginOnDemand[] = [
  comes('@vifkit/plugin-linux-bridge', () => import('@vifkit/plugin-linux-bridge'), [
    { role: 'plugin', name: 'linux_bridge' },
    { role: 'converter', type: 'bridge' },
  ]),
  comes('@vifkit/plugin-ovs-hybrid', () => import('@vifkit/plugin-ovs-hybrid'), [
    { role: 'plugin', name: 'ovs' },
    { role: 'converter', type: 'ovs', routing: 'newton' },
    { role: 'converter', type: 'ovs', routing: 'current' },
    { role: 'converter', type: 'agilio_ovs', routing: 'current' },
  ]),
  comes('@vifkit/plugin-tap', () => import('@vifkit/plugin-tap'), [{ role: 'driver', type: 'tap' }]),
  comes('@vifkit/plugin-midonet', () => import('@vifkit/plugin-midonet'), [
    { role: 'driver', type: 'midonet' },
  ]),
  comes('@vifkit/plugin-vrouter', () => import('@vifkit/plugin-vrouter'), [
    { role: 'plugin', name: 'vrouter' },
    { role: 'driver', type: 'vrouter' },
    { role: 'converter', type: 'vrouter', routing: 'current' },
  ]),
  comes('@vifkit/plugin-iovisor', () => import('@vifkit/plugin-iovisor'), [
    { role: 'driver', type: 'iovisor' },
  ]),
  comes('@vifkit/plugin-ib-hostdev', () => import('@vifkit/plugin-ib-hostdev'), [
    { role: 'driver', type: 'ib_hostdev' },
  ]),
  comes('@vifkit/plugin-sriov-hw-veb', () => import('@vifkit/plugin-sriov-hw-veb'), [
    { role: 'driver', type: 'hw_veb' },
  ]),
  comes('@vifkit/plugin-vhostuser', () => import('@vifkit/plugin-vhostuser'), [
    { role: 'driver', type: 'vhostuser' },
    { role: 'converter', type: 'vhostuser', routing: 'current' },
  ]),
  comes('@vifkit/plugin-ivs', () => import('@vifkit/plugin-ivs'), [
    { role: 'plugin', name: 'ivs' },
    { role: 'driver', type: 'ivs' },
    { role: 'converter', type: 'ivs', routing: 'current' },
  ]),
  comes('@vifkit/plugin-macvtap', () => import('@vifkit/plugin-macvtap'), [
    { role: 'driver', type: 'macvtap' },
  ]),
  comes('@vifkit/plugin-vepa', () => import('@vifkit/plugin-vepa'), [
    { role: 'driver', type: '802.1qbg' },
    { role: 'driver', type: '802.1qbh' },
  ]),
  comes('@vifkit/plugin-hostdev-physical', () => import('@vifkit/plugin-hostdev-physical'), [
    { role: 'driver', type: 'hostdev_physical' },
  ]),
  comes('@vifkit/plugin-noop', () => import('@vifkit/plugin-noop'), [{ role: 'plugin', name: 'noop' }]),
];

function comes(
  name: string,
  load: () => Promise<{ readonly default: PluginPackage }>,
  provides: readonly StaticComponent[],
): PluginOnDemand {
  const declaration = { contract: 1, provides };
  return { name, declaration, load: async () => (await load()).default };
}

/** The built-in plugin packages, loaded by this call. */
export function builtInPlugins(): Promise<PluginPackage[]> {
  return Promise.all(builtIn.map((each) => each.load()));
}

/** The origin of a package. */
export interface Origin {
  /** What named it: `--plugin`, `VIF_PLUGINS`, a configuration file's path, or `vif` for built-in packages. */
  readonly namedBy: string;
  /** Its folder; undefined if unknown, as in a bundle. */
  readonly path?: string | undefined;
  readonly version?: string | undefined;
}

const origins = new WeakMap<PluginPackage, Origin>();

/** The origin of a package that {@link loadPlugins} has loaded. */
export function originOf(loaded: PluginPackage): Origin {
  return origins.get(loaded) ?? { namedBy: 'vif', ...builtInFolder(loaded.name) };
}

/** The version and folder of a built-in package. */
function builtInFolder(name: string): Pick<Origin, 'path' | 'version'> {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return { path: dirname(file), version: JSON.parse(readFileSync(file, 'utf8')).version };
  } catch {
    return {};
  }
}

/**
 * The built-in packages, and those that the operator names. Nothing else is searched.
 * @throws VifError PLUGIN_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_FAILED for a package that cannot be used, which ends the
 *   command at its start
 */
export async function loadPlugins({
  plugin = [],
  pluginNamedBy = '--plugin',
  timeout,
}: PluginSettings): Promise<PluginPackage[]> {
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

/** Whether options of plugins are set, so that all plugins must be loaded to check them. */
export function setsOptions(
  { pluginOptions = [] }: Pick<PluginSettings, 'pluginOptions'>,
  env: NodeJS.ProcessEnv,
): boolean {
  const own = ownVariables();
  return (
    pluginOptions.length > 0 ||
    Object.keys(env).some((name) => name.startsWith('VIF_') && !own.includes(name))
  );
}

/**
 * The options of plugins, a later source overriding an earlier one: the configuration file, the environment.
 * @throws VifError INVALID_OPTIONS for a variable that sets nothing
 */
export async function optionSources(
  { pluginOptions = [] }: Pick<PluginSettings, 'pluginOptions'>,
  env: NodeJS.ProcessEnv,
  plugins: readonly PluginPackage[],
): Promise<OptionsSource[]> {
  const { optionsFromEnvironment } = await import('@vifkit/core');
  return [...pluginOptions, ...optionsFromEnvironment(env, plugins, ownVariables())];
}
