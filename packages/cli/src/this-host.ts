import type { Requirement } from '@vifkit/core';
import type { GuestConfigurator } from '@vifkit/core/nova';
import type { CommandExecutor } from '@vifkit/core/step-kinds';
import type { VifDriverOptions } from '@vifkit/engine';
import { withDeadline } from '@vifkit/engine/time';
import type { Lack } from '@vifkit/host/doctor';
import { builtIn, loadPlugins, optionSources, setsOptions } from './plugins/load-plugins.js';
import type { Driver, DriverSettings } from './settings/environment.js';
import { hostOptions, type Settings } from './settings/settings.js';

/**
 * A driver of this host with the built-in plugins, and those that are named.
 * @throws VifError INVALID_OPTIONS for an endpoint that is not valid, an `ssl:` one without a CA, or options of plugins that are not valid
 */
export async function openDriver(settings: DriverSettings): Promise<Driver> {
  const { routing, logger, env } = settings;
  const [{ createVifDriver }, { openHost }, guests, packages] = await Promise.all([
    import('@vifkit/engine'),
    import('@vifkit/host'),
    settings.guests ? openGuests() : noGuests,
    openPlugins(settings),
  ]);
  const options = await optionSources(settings, env, packages.plugins);
  const host = openHost({ ...hostOptions(settings), logger });
  return createVifDriver({ host, guests, ...packages, options, routing, ...(logger && { logger }) });
}

/** The built-in plugins are loaded when requests need them, unless options must be checked first. */
async function openPlugins(settings: DriverSettings): Promise<PluginPackages> {
  const { allPlugins, plugin = [], env } = settings;
  const needsAll = allPlugins || plugin.length > 0 || setsOptions(settings, env);
  return needsAll ? { plugins: await loadPlugins(settings) } : { plugins: [], onDemand: builtIn };
}

type PluginPackages = Pick<VifDriverOptions, 'plugins' | 'onDemand'>;

/** Runs programs with this process's rights, without a helper. */
export async function openCommands(): Promise<CommandExecutor> {
  const { openPrograms } = await import('@vifkit/host');
  return openPrograms();
}

async function openGuests(): Promise<GuestConfigurator> {
  const { LibvirtGuestConfigurator } = await import('@vifkit/libvirt');
  return new LibvirtGuestConfigurator();
}

/** For commands that need no guest devices: the libvirt XML code takes a while to load. */
const noGuests: GuestConfigurator = { forObject: unasked, forBackend: unasked };

function unasked(): never {
  throw new Error("This command does not ask for guests' devices");
}

/** @throws VifError INVALID_OPTIONS for an endpoint that is not valid, or an `ssl:` one without a CA */
export async function examineThisHost(
  requirements: readonly Requirement[],
  settings: Settings,
): Promise<(Lack | undefined)[]> {
  const { examineHost } = await import('@vifkit/host/doctor');
  return withDeadline(settings.timeout, undefined, (signal) =>
    examineHost(requirements, hostOptions(settings), signal),
  );
}
