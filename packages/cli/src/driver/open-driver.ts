import type { GuestConfigurator } from '@vifkit/core';
import type { Driver, DriverSettings } from '../surroundings.js';
import { builtInPlugins } from './built-in-plugins.js';

/**
 * A driver of this host with the built-in plugins.
 * @throws VifError INVALID_OPTIONS for an endpoint that is none
 */
export async function openDriver(settings: DriverSettings): Promise<Driver> {
  const { ovsdb, sysfsRoot, rootHelper, logger } = settings;
  const [{ createVifDriver }, { openHost }, guests, plugins] = await Promise.all([
    import('@vifkit/core'),
    import('@vifkit/host'),
    settings.guests ? openGuests() : noGuests,
    builtInPlugins(),
  ]);
  const host = openHost({ ovsdb, sysfsRoot, rootHelper, logger });
  return createVifDriver({ host, guests, plugins, ...(logger && { logger }) });
}

async function openGuests(): Promise<GuestConfigurator> {
  const { LibvirtGuestConfigurator } = await import('@vifkit/libvirt');
  return new LibvirtGuestConfigurator();
}

/** For commands that ask for no guest's device: libvirt's XML takes a while to load. */
const noGuests: GuestConfigurator = { forObject: unasked, forBackend: unasked };

function unasked(): never {
  throw new Error("This command does not ask for guests' devices");
}
