import { asVifError, HostInfo, type HostPluginInfo, type PluginRegistry, type VifError } from '@vifkit/core';

/** What the plugins announce, and the errors of those that cannot. */
export interface DescribedHost {
  readonly info: HostInfo;
  readonly errors: readonly VifError[];
}

/** Asks every plugin of the object path which VIFs it takes, as `host_info` of os-vif does. */
export function describeHost(registry: PluginRegistry): DescribedHost {
  const described: HostPluginInfo[] = [];
  const errors: VifError[] = [];
  for (const { declaration, title } of registry.registrations) {
    if (declaration.role !== 'plugin') continue;
    try {
      described.push(registry.plugin(declaration.name).describe());
    } catch (error) {
      errors.push(asVifError(error, 'PLUGIN_FAILED', `The ${title} cannot be used`));
    }
  }
  return { info: new HostInfo({ plugin_info: described }), errors };
}
