import { builtInPlugins } from '@vifkit/cli';
import type { Routing } from '@vifkit/core/nova';
import { createVifDriver, type Host, type VifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';

const plugins = await builtInPlugins();

/** A driver with all plugins there are. */
export function driverOn(host: Host, routing: Routing = 'newton'): VifDriver {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, routing });
}
