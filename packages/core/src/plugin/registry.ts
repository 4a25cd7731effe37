import { VifError } from '../errors/vif-error.js';
import type { HostFacts } from '../host/facts.js';
import { type Logger, silentLogger } from '../logging/logger.js';
import { adoptClass } from '../objects/adopt-class.js';
import { type Routing, routings } from '../request/routing.js';
import { quote } from '../validation/quote.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Declaration } from './declaration.js';
import { coreOf, declarationOf } from './decorators.js';
import { type GivenBySlug, givenBySlug } from './options/given-by-slug.js';
import { fromSource, type OptionsByName, type OptionsSource } from './options/options-source.js';
import type { PluginPackage } from './package.js';
import { Registration } from './registration.js';
import { PackageScope } from './scope.js';
import { adaptersFor, type ContractAdapter, ownAdapters } from './served-contract.js';
import { converterSlot, slotsOf } from './slots.js';
import { slugOf } from './slug.js';

/** What a registry gives to the classes that it builds, and what it can serve; a test may want others than the usual. */
export interface RegistryParts {
  /** Questions to the host; without it they are refused: there is none. */
  readonly facts?: HostFacts;
  /** What serves packages of older contracts; core's own unless given. */
  readonly adapters?: readonly ContractAdapter[];
}

/**
 * The plugins, drivers and converters that are there. The map is ours: in tsyringe the last registration of
 * a token wins without a word, while here a second plugin of a name is an error.
 */
export class PluginRegistry {
  readonly #plugins = new Map<string, Registration<VifPlugin>>();
  readonly #drivers = new Map<string, Registration<LegacyDriver>>();
  /** One that serves all routings is there once for each. */
  readonly #converters = new Map<string, Registration<VifConverter>>();
  readonly #scopes: PackageScope[] = [];

  /**
   * Nothing of the packages is built before it is needed; what their classes have injected is looked at all the same.
   * @throws VifError PLUGIN_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_CONFLICT, INVALID_OPTIONS
   */
  constructor(
    packages: readonly PluginPackage[],
    options: OptionsByName | readonly OptionsSource[] = {},
    logger: Logger = silentLogger,
    { facts = noFacts, adapters = ownAdapters }: RegistryParts = {},
  ) {
    const given = givenBySlug(options);
    for (const each of packages) {
      const scope = new PackageScope(each?.name, { logger, facts });
      this.#add(each, given, scope, adapters);
      this.#scopes.push(scope);
    }
    for (const scope of this.#scopes) scope.check();
    for (const [name, [first]] of given) {
      if (this.#plugins.has(name) || this.#drivers.has(name)) continue;
      const message = `There are options for '${name}', but no plugin of that name${fromSource(first?.from)}`;
      throw new VifError('INVALID_OPTIONS', message);
    }
  }

  /** The plugin of that name. @throws VifError NO_MATCHING_PLUGIN, PLUGIN_FAILED */
  plugin(name: string): VifPlugin {
    const found = this.#plugins.get(name);
    if (found) return found.instance;
    const known = [...this.#plugins.keys()].join(', ') || 'none';
    throw new VifError(
      'NO_MATCHING_PLUGIN',
      `No plugin is named '${name}'. Registered: ${known}. Add the package that has it.`,
    );
  }

  /** Whether the plugin of that name, if there is one, makes the taps of its VIFs. */
  makesTaps(name: string): boolean {
    const declaration = this.#plugins.get(name)?.declaration;
    return declaration?.role === 'plugin' && declaration.makesTaps === true;
  }

  /** The names of all plugins of the object path, in their order. */
  get pluginNames(): string[] {
    return [...this.#plugins.keys()].sort();
  }

  /** The legacy driver of a VIF type, if there is one. @throws VifError PLUGIN_FAILED */
  driver(type: string): LegacyDriver | undefined {
    return this.#drivers.get(slugOf(type))?.instance;
  }

  /** The converter of a VIF type by these rules, if there is one. @throws VifError PLUGIN_FAILED */
  converter(type: string, routing: Routing): VifConverter | undefined {
    return this.#converters.get(converterSlot(type, routing))?.instance;
  }

  /** The VIF types of the network model that are handled, by either path and whichever rules. */
  get types(): string[] {
    return [...new Set(routings.flatMap((routing) => this.typesBy(routing)))].sort();
  }

  /** The VIF types that are handled by these rules, by either path. */
  typesBy(routing: Routing): string[] {
    const converted = [...this.#converters.values()]
      .map(({ key }) => key)
      .filter((type) => this.#converters.has(converterSlot(type, routing)));
    const drivers = [...this.#drivers.values()].map(({ key }) => key);
    return [...new Set([...converted, ...drivers])].sort();
  }

  /** Everything that is registered, in the order of registration by role. */
  get registrations(): Registration[] {
    return [...this.#plugins.values(), ...this.#drivers.values(), ...new Set(this.#converters.values())];
  }

  /**
   * Ends what was built of the packages, each package by itself. It is for good.
   * @returns what was thrown by their methods `dispose`
   */
  async dispose(): Promise<VifError[]> {
    return (await Promise.all(this.#scopes.map((scope) => scope.dispose()))).flat();
  }

  #add(
    each: PluginPackage,
    options: GivenBySlug,
    scope: PackageScope,
    adapters: readonly ContractAdapter[],
  ): void {
    if (!Array.isArray(each?.provides)) {
      throw new VifError(
        'PLUGIN_INVALID',
        `${quote(each)} is no plugin package: it has no list 'provides'. Give the default export of the package.`,
      );
    }
    for (const type of each.objects ?? []) adoptClass(type, each.name);
    for (const target of each.provides) {
      const declaration = declarationOf(target);
      if (!declaration) {
        throw new VifError(
          'PLUGIN_INVALID',
          `${target?.name ?? quote(target)} of ${each.name} has none of the decorators @vifPlugin, @legacyDriver, @vifConverter`,
        );
      }
      const inTurn = adaptersFor(each, coreOf(target), adapters);
      const map = this.#mapOf(declaration);
      const slots = slotsOf(declaration);
      const other = slots.map((slot) => map.get(slot)).find((taken) => taken !== undefined);
      if (other) {
        throw new VifError(
          'PLUGIN_CONFLICT',
          `${each.name} and ${other.packageName} both have a ${other.title}. Leave one of them out.`,
        );
      }
      const given = declaration.role === 'converter' ? undefined : options.get(slots[0]);
      const registration = new Registration(scope, declaration, target, given ?? [], inTurn);
      for (const slot of slots) map.set(slot, registration);
    }
  }

  /** The map of a role. That the class fits the role was the compiler's to check, at its decorator. */
  #mapOf({ role }: Declaration): Map<string, Registration> {
    const maps = { plugin: this.#plugins, driver: this.#drivers, converter: this.#converters };
    return maps[role] as Map<string, Registration>;
  }
}

/** Where there is no host, as when plugins are only listed. */
const noFacts: HostFacts = {
  linkMtu: refuseToTell,
  linkHasCarrier: refuseToTell,
  linkAddresses: refuseToTell,
  linkMac: refuseToTell,
  kernelRelease: refuseToTell,
  pciNetDevice: refuseToTell,
  virtualFunction: refuseToTell,
  vdpaDevice: refuseToTell,
  vfHolder: refuseToTell,
  representor: refuseToTell,
};

async function refuseToTell(): Promise<never> {
  throw new VifError('PLUGIN_FAILED', 'There is no host to ask: the plugins are only listed');
}
