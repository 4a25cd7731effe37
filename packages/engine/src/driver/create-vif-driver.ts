import {
  asVifError,
  type Logger,
  type OptionsOf,
  type OptionsSource,
  type PluginOnDemand,
  type PluginPackage,
  PluginRegistry,
  silentLogger,
  VifError,
} from '@vifkit/core';
import {
  hasMethods,
  type OptionRules,
  optionRules,
  readOptions,
  requireOurContract,
} from '@vifkit/core/internal';
import { type GuestConfigurator, type Routing, routings } from '@vifkit/core/nova';
import type { CommandExecutor } from '@vifkit/core/step-kinds';
import type { Host } from '../run/host.js';
import { vendorRunners } from './plugin-packages.js';
import { loadCode } from './prepare.js';
import { code, VifDriver } from './vif-driver.js';

/** The parts of a driver. */
export interface VifDriverOptions<Packages extends readonly PluginPackage[] = readonly PluginPackage[]> {
  /** Where plans run: `openHost()` of `@vifkit/host`, or an in-memory host of `@vifkit/testkit`. */
  readonly host: Host;
  /** Writes the guests' devices: `LibvirtGuestConfigurator` of `@vifkit/libvirt`. */
  readonly guests: GuestConfigurator;
  /** The plugin packages. Only those named here and in `onDemand` are loaded. */
  readonly plugins: Packages;
  /** Plugin packages that are loaded when a request needs them. */
  readonly onDemand?: readonly PluginOnDemand[];
  /** Options by plugin name, or several sources of them; a later source overrides an earlier one. */
  readonly options?: OptionsOf<Packages> | readonly OptionsSource[];
  /**
   * The rules for requests that do not specify them: those of Nova 14 (`newton`, the default) or of today's Nova
   * (`current`).
   */
  readonly routing?: Routing;
  /** A pino logger; without one nothing is logged. */
  readonly logger?: Logger;
}

const rules: OptionRules<VifDriverOptions> = {
  host: { accepts: isHost, says: 'a host, such as openHost() of @vifkit/host returns' },
  guests: {
    accepts: hasMethods('forObject', 'forBackend'),
    says: 'an object that configures guests, such as a LibvirtGuestConfigurator of @vifkit/libvirt',
  },
  plugins: { accepts: Array.isArray, says: 'a list of plugin packages' },
  onDemand: { accepts: Array.isArray, says: 'a list of plugin packages with their declarations' },
  options: optionRules.object,
  routing: {
    accepts: (value) => routings.some((each) => each === value),
    says: routings.map((each) => `'${each}'`).join(' or '),
  },
  logger: optionRules.logger,
};

/**
 * Makes a driver for a host. The driver owns the host: its `close` closes both.
 * @throws VifError PLUGIN_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export function createVifDriver<const Packages extends readonly PluginPackage[]>(
  options: VifDriverOptions<Packages>,
): VifDriver {
  const given: VifDriverOptions = readOptions<VifDriverOptions>(options, 'createVifDriver', rules, [
    'host',
    'guests',
    'plugins',
  ]);
  const { host, guests, plugins, onDemand = [], routing = 'newton', logger = silentLogger } = given;
  try {
    if (host.core) requireOurContract('@vifkit/host', host.core);
    if (guests.core) requireOurContract('@vifkit/libvirt', guests.core);
    const registry = new PluginRegistry(plugins, given.options, logger, {
      facts: host.facts,
      onDemand: onDemand.map((each) => guarded(host, each)),
    });
    const runners = [
      ...host.runners,
      ...vendorRunners(plugins, host.runners, {
        facts: host.facts,
        commands: host.commands ?? noCommands,
        logger,
      }),
    ];
    void loadAhead(host);
    return new VifDriver({ host, runners, guests, registry, routing, logger });
  } catch (error) {
    // The caller may pass anything, such as a package that throws when it is inspected.
    throw asVifError(error, 'INVALID_OPTIONS', 'No driver can be made from these options');
  }
}

/**
 * Loads all code for a host that is long-lived, so that an unplug is possible even while no file can be opened. What
 * cannot be loaded now is loaded when it is needed. Never rejects.
 */
async function loadAhead(host: Host): Promise<void> {
  if (!host.isLongLived) return;
  await Promise.allSettled(Object.values(code).map((part) => loadCode<unknown>(host, part)));
}

/** The package, which is loaded only if the host has descriptors for it. */
function guarded(host: Host, given: PluginOnDemand): PluginOnDemand {
  const { name, declaration } = given;
  return {
    name,
    declaration,
    async load() {
      await loadCode(host, async () => {}); // only a check: no other code waits for a package that hangs
      return given.load();
    },
  };
}

/** For a host that runs no programs for vendors. */
const noCommands: CommandExecutor = {
  async run([program]) {
    throw new VifError('COMMAND_NOT_FOUND', `This host runs no programs: ${program} cannot be run`);
  },
};

function isHost(value: unknown): boolean {
  if (!hasMethods('close')(value)) return false;
  const { facts, locks, runners } = value as Partial<Host>;
  return optionRules.object.accepts(facts) && optionRules.object.accepts(locks) && Array.isArray(runners);
}
