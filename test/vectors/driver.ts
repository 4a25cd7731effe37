import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type Host, type Routing, type VifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';

const plugins = await builtInPlugins();

/** A driver with all plugins there are. */
export function driverOn(host: Host, routing: Routing = 'newton'): VifDriver {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, routing });
}
