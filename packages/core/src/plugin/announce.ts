import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../os-vif/host-info.js';
import type { VIFPortProfileBase } from '../os-vif/port-profiles.js';
import { identityOfClass } from '../os-vif/registry.js';
import type { VIFBase } from '../os-vif/vifs.js';

interface ClassOf<T> {
  readonly prototype: T;
}

/** A VIF class that a plugin takes, and the port profiles that it takes with it. */
export type Announced = readonly [vif: ClassOf<VIFBase>, profiles: readonly ClassOf<VIFPortProfileBase>[]];

/**
 * What `describe` answers for these classes: from their first version to the one this core has. os-vif's own
 * Open vSwitch plugin still announces 1.0 for classes that have moved on; versions taken from the classes
 * cannot fall behind.
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
