import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { optionRules } from '../fields/options.js';
import { HostInfo, HostPluginInfo } from '../os-vif/host-info.js';
import type { PluginRegistry } from './registry.js';

/** What the plugins announce, and the errors of those that could not tell. */
export interface DescribedHost {
  /** What those announce that could tell. */
  readonly info: HostInfo;
  /** PLUGIN_FAILED, one for each plugin that could not. */
  readonly errors: readonly VifError[];
}

/**
 * Asks every plugin of the object path which VIFs it takes, in the order of their names, as `host_info` of os-vif
 * does.
 *
 * @param permitted names of VIF classes: only these are told of, and only plugins that take one of them
 * @throws VifError INVALID_OPTIONS for a list that is none
 */
export function describeHost(registry: PluginRegistry, permitted?: readonly string[]): DescribedHost {
  if (permitted !== undefined && !optionRules.words.accepts(permitted)) {
    const text = `The permitted VIFs must be a list of names of classes, not ${quote(permitted)}`;
    throw new VifError('INVALID_OPTIONS', text);
  }
  const described: HostPluginInfo[] = [];
  const errors: VifError[] = [];
  for (const name of registry.pluginNames) {
    try {
      const info: unknown = registry.plugin(name).describe();
      if (!(info instanceof HostPluginInfo)) throw new TypeError(`it returned ${quote(info)}`);
      described.push(info);
    } catch (error) {
      errors.push(asVifError(error, 'PLUGIN_FAILED', `The plugin '${name}' cannot tell what it takes`));
    }
  }
  const plugins = permitted ? described.flatMap((plugin) => only(permitted, plugin)) : described;
  return { info: new HostInfo({ plugin_info: plugins }), errors };
}

function only(permitted: readonly string[], { plugin_name, vif_info }: HostPluginInfo): HostPluginInfo[] {
  const left = vif_info.filter((vif) => permitted.includes(vif.vif_object_name));
  return left.length > 0 ? [new HostPluginInfo({ plugin_name, vif_info: left })] : [];
}
