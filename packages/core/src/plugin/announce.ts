import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { classNameOf } from '../fields/field-spec.js';
import { optionRules } from '../fields/options.js';
import { HostInfo, HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../os-vif/host-info.js';
import type { VIFPortProfileBase } from '../os-vif/port-profiles.js';
import { identityOfClass } from '../os-vif/registry.js';
import type { VIFBase } from '../os-vif/vifs.js';
import type { VifPlugin } from './contract.js';
import type { PluginRegistry } from './registry.js';

interface ClassOf<T> {
  readonly prototype: T;
}

/** A VIF class that a plugin supports, and the port profiles that it supports for this class. */
export type Announced = readonly [vif: ClassOf<VIFBase>, profiles: readonly ClassOf<VIFPortProfileBase>[]];

/**
 * The result of `describe` for these classes: from their first version to the version in this core. os-vif's own Open
 * vSwitch plugin still announces 1.0 for classes that have newer versions; versions taken from the classes cannot
 * become outdated.
 */
export function announce(pluginName: string, announced: readonly Announced[]): HostPluginInfo {
  return new HostPluginInfo({
    plugin_name: pluginName,
    vif_info: announced.map(([vif, profiles]) => {
      const { name, version } = identityOfClass(vif);
      return new HostVIFInfo({
        vif_object_name: name,
        min_version: '1.0',
        max_version: version,
        supported_port_profiles: profiles.map((profile) => {
          const identity = identityOfClass(profile);
          const versions = { min_version: '1.0', max_version: identity.version };
          return new HostPortProfileInfo({ profile_object_name: identity.name, ...versions });
        }),
      });
    }),
  });
}

/** The error for a VIF whose class, port profile or fields a plugin does not support. */
export function unsupportedVif(pluginName: string, vif: VIFBase, why?: string): VifError {
  const profile = vif.port_profile ? ` with ${classNameOf(vif.port_profile)}` : '';
  const reason = why ? `: ${why}` : '; `vif plugins` lists what it takes';
  return new VifError(
    'UNSUPPORTED_VIF',
    `The plugin '${pluginName}' does not take a ${classNameOf(vif)}${profile}${reason}`,
    { vifId: vif.id },
  );
}

/** What the plugins announce, and the errors of those that failed to. */
export interface DescribedHost {
  /** The announcements of the plugins that succeeded. */
  readonly info: HostInfo;
  /** PLUGIN_FAILED, one for each plugin that failed. */
  readonly errors: readonly VifError[];
}

/**
 * Asks every plugin of the object path which VIFs it supports, in the order of their names, as os-vif's `host_info`
 * does.
 *
 * @param permitted names of VIF classes: only these are reported, and only plugins that support one of them
 * @throws VifError INVALID_OPTIONS if `permitted` is not such a list
 */
export function describeHost(registry: PluginRegistry, permitted?: readonly string[]): DescribedHost {
  if (permitted !== undefined && !optionRules.words.accepts(permitted)) {
    const text = `The permitted VIFs must be a list of class names, not ${quote(permitted)}`;
    throw new VifError('INVALID_OPTIONS', text);
  }
  const described: HostPluginInfo[] = [];
  const errors: VifError[] = [];
  for (const name of registry.pluginNames) {
    try {
      described.push(describePlugin(name, registry.plugin(name)));
    } catch (error) {
      errors.push(asVifError(error, 'PLUGIN_FAILED', `The plugin '${name}' cannot be used`));
    }
  }
  const plugins = permitted ? described.flatMap((plugin) => only(permitted, plugin)) : described;
  return { info: new HostInfo({ plugin_info: plugins }), errors };
}

/**
 * What a plugin announces.
 * @throws VifError PLUGIN_FAILED if its `describe` throws, or returns anything but a whole announcement
 */
export function describePlugin(name: string, plugin: VifPlugin): HostPluginInfo {
  try {
    const info: unknown = plugin.describe();
    if (info instanceof Promise) throw new TypeError('describe must not be async');
    if (!(info instanceof HostPluginInfo)) throw new TypeError(`describe returned ${quote(info)}`);
    // An announcement that was read by `fromPrimitive` may lack fields.
    const [whole = info] = new HostInfo({ plugin_info: [info] }).plugin_info;
    return whole;
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `The plugin '${name}' cannot say which VIFs it supports`);
  }
}

function only(permitted: readonly string[], { plugin_name, vif_info }: HostPluginInfo): HostPluginInfo[] {
  const left = vif_info.filter((vif) => permitted.includes(vif.vif_object_name));
  return left.length > 0 ? [new HostPluginInfo({ plugin_name, vif_info: left })] : [];
}
