import type { GuestConfigurator } from '@vifkit/core';
import { optionSources } from '../config/option-sources.js';
import { hostOptions } from '../host-options.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import type { Driver, DriverSettings } from '../surroundings.js';

/**
 * A driver of this host with the built-in plugins, and those that are named.
 * @throws VifError INVALID_OPTIONS for an endpoint that is none, an `ssl:` one without a CA, or options of plugins that are no good
 */
export async function openDriver(settings: DriverSettings): Promise<Driver> {
  const { routing, logger, env } = settings;
  const [{ createVifDriver }, { openHost }, guests, plugins] = await Promise.all([
    import('@vifkit/engine'),
    import('@vifkit/host'),
    settings.guests ? openGuests() : noGuests,
    loadPlugins(settings),
  ]);
  const options = await optionSources(settings, env, plugins);
  const host = openHost({ ...hostOptions(settings), logger });
  return createVifDriver({ host, guests, plugins, options, routing, ...(logger && { logger }) });
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
