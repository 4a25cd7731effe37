import type { GuestConfigurator } from '../guest/guest-configurator.js';
import type { Host } from '../host/host.js';
import { type Logger, silentLogger } from '../logging/logger.js';
import type { PluginPackage } from '../plugin/package.js';
import { type OptionsByName, PluginRegistry } from '../plugin/registry.js';
import { VifDriver } from './vif-driver.js';

export interface VifDriverOptions {
  /** Where plans run: `openHost()` of `@vifkit/host`, or a memory host of `@vifkit/testkit`. */
  readonly host: Host;
  /** Who writes the guests' devices: `LibvirtGuestConfigurator` of `@vifkit/libvirt`. */
  readonly guests: GuestConfigurator;
  /** The plugin packages; nothing is loaded that is not named here. */
  readonly plugins: readonly PluginPackage[];
  /** Options by plugin name. */
  readonly options?: OptionsByName;
  /** Any pino logger; without one nothing is logged. */
  readonly logger?: Logger;
}

/**
 * A driver for a host. It owns the host: its `close` closes both.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export function createVifDriver(options: VifDriverOptions): VifDriver {
  const { host, guests, plugins, logger = silentLogger } = options;
  const registry = new PluginRegistry(plugins, options.options, logger);
  return new VifDriver({ host, guests, registry, logger });
}
