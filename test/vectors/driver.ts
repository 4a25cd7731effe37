import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type Host, type VifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';

const plugins = await builtInPlugins();

/** A driver with all plugins there are. */
export function driverOn(host: Host): VifDriver {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins });
}
