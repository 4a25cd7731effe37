import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { suggestion } from '../fields/read-fields.js';
import { type Routing, routings } from '../nova/request.js';
import { adoptClass } from '../os-vif/registry.js';
import { type HostFacts, type Logger, silentLogger } from '../plan/host.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Declaration, StaticComponent } from './declaration.js';
import { coreOf, declarationOf } from './decorators.js';
import {
  fromSource,
  type GivenBySlug,
  givenBySlug,
  type OptionsByName,
  type OptionsSource,
} from './options.js';
import type { PluginOnDemand, PluginPackage } from './package.js';
import { Registration, requirePackage, requirePackages } from './registration.js';
import { PackageScope } from './scope.js';
import { adaptersFor, type ContractAdapter, ownAdapters } from './served-contract.js';
import { converterSlot, slotsOf, slugOf } from './slots.js';
import { requireAsDeclared, titleOf } from './static-declaration.js';

/** What a registry uses to build and serve its classes. Tests may replace the defaults. */
export interface RegistryParts {
  /** Questions to the host. Without it they are refused, because there is no host. */
  readonly facts?: HostFacts;
  /** The adapters for packages of older contracts; core's own unless given. */
  readonly adapters?: readonly ContractAdapter[];
  /** Packages that are loaded when something of them is needed. */
  readonly onDemand?: readonly PluginOnDemand[];
}

/** A package that is not loaded yet, or is being loaded. Once it is loaded, it is not loaded again. */
interface PendingPackage {
  readonly package: PluginOnDemand;
  loading?: Promise<void> | undefined;
}

/**
 * The registered plugins, drivers and converters. It has its own maps: in tsyringe the last registration of a token
 * silently wins, while here a second plugin with the same name is an error.
 */
export class PluginRegistry {
  readonly #plugins = new Map<string, Registration<VifPlugin>>();
  readonly #drivers = new Map<string, Registration<LegacyDriver>>();
  /** A converter that serves all routings has one entry for each. */
  readonly #converters = new Map<string, Registration<VifConverter>>();
  readonly #scopes: PackageScope[] = [];
  /** The components of packages that are not loaded yet, by role and slot. */
  readonly #pending = new Map<string, PendingPackage>();
  readonly #options: GivenBySlug;
  readonly #parts: { readonly logger: Logger; readonly facts: HostFacts };
  readonly #adapters: readonly ContractAdapter[];

  /**
   * Classes are instantiated only when they are needed, but what they have injected is checked here.
   * @throws VifError PLUGIN_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_CONFLICT, INVALID_OPTIONS
   */
  constructor(
    packages: readonly PluginPackage[],
    options: OptionsByName | readonly OptionsSource[] = {},
    logger: Logger = silentLogger,
    { facts = noFacts, adapters = ownAdapters, onDemand = [] }: RegistryParts = {},
  ) {
    this.#options = readable('INVALID_OPTIONS', 'The options', () => givenBySlug(options));
    this.#parts = { logger, facts };
    this.#adapters = adapters;
    for (const each of requirePackages(packages)) {
      readable('PLUGIN_INVALID', 'A plugin package', () => this.#add(each));
    }
    for (const scope of this.#scopes) scope.check();
    for (const each of onDemand) this.#addPending(each);
    const known = new Set(this.#components.flatMap((each) => optionsOwner(each) ?? []));
    for (const [name, [first]] of this.#options) {
      if (known.has(name)) continue;
      const message = `There are options for '${name}', but no plugin of that name${fromSource(first?.from)}`;
      throw new VifError('INVALID_OPTIONS', `${message}; ${suggestion(name, [...known])}`);
    }
  }

  /**
   * Loads what handles VIFs of a type, if that is loaded on demand.
   * @throws whatever {@link loadPlugin} throws
   */
  async loadType(type: string, routing: Routing): Promise<void> {
    await this.#load('converter', converterSlot(type, routing));
    await this.#load('driver', slugOf(type));
  }

  /**
   * Loads the package that has this plugin, if it is loaded on demand.
   * @throws VifError PLUGIN_FAILED for a package that cannot be loaded; PLUGIN_INVALID for one that differs from its
   *   declaration; PLUGIN_INCOMPATIBLE, PLUGIN_CONFLICT, INVALID_OPTIONS
   */
  async loadPlugin(name: string): Promise<void> {
    await this.#load('plugin', name);
  }

  /**
   * The plugin with this name.
   * @throws VifError NO_MATCHING_PLUGIN, PLUGIN_FAILED
   */
  plugin(name: string): VifPlugin {
    const found = this.#plugins.get(name) ?? this.#notLoaded('plugin', name);
    if (found) return found.instance;
    const known = this.pluginNames.join(', ') || 'none';
    throw new VifError(
      'NO_MATCHING_PLUGIN',
      `No plugin is named '${name}'. Registered: ${known}. Add the package that has it.`,
    );
  }

  /** Whether the plugin with this name, if there is one, makes the taps of its VIFs. */
  makesTaps(name: string): boolean {
    const declaration = this.#plugins.get(name)?.declaration;
    return declaration?.role === 'plugin' && declaration.makesTaps === true;
  }

  /** The names of all plugins of the object path, sorted. */
  get pluginNames(): string[] {
    return this.#components.flatMap((each) => (each.role === 'plugin' ? each.name : [])).sort();
  }

  /**
   * The legacy driver of a VIF type, if there is one.
   * @throws VifError PLUGIN_FAILED
   */
  driver(type: string): LegacyDriver | undefined {
    const slug = slugOf(type);
    return (this.#drivers.get(slug) ?? this.#notLoaded('driver', slug))?.instance;
  }

  /**
   * The converter of a VIF type for these rules, if there is one.
   * @throws VifError PLUGIN_FAILED
   */
  converter(type: string, routing: Routing): VifConverter | undefined {
    const slot = converterSlot(type, routing);
    return (this.#converters.get(slot) ?? this.#notLoaded('converter', slot))?.instance;
  }

  /** The VIF types of the network model that are handled, on either path and by any rules. */
  get types(): string[] {
    return [...new Set(routings.flatMap((routing) => this.typesBy(routing)))].sort();
  }

  /** The VIF types that are handled by these rules, on either path. */
  typesBy(routing: Routing): string[] {
    const types = this.#components.flatMap((each) => {
      if (each.role === 'plugin') return [];
      const isServed = each.role === 'driver' || !each.routing || each.routing === routing;
      return isServed ? each.type : [];
    });
    return [...new Set(types)].sort();
  }

  /** Everything that is registered and loaded: by role, then in the order of registration. */
  get registrations(): Registration[] {
    return [...this.#plugins.values(), ...this.#drivers.values(), ...new Set(this.#converters.values())];
  }

  /**
   * Disposes of what was built, for each package separately. The registry cannot be used afterwards.
   * @returns the errors that their `dispose` methods threw
   */
  async dispose(): Promise<VifError[]> {
    return (await Promise.all(this.#scopes.map((scope) => scope.dispose()))).flat();
  }

  /** All components, including the declared ones of packages that are not loaded yet. */
  get #components(): StaticComponent[] {
    const pending = new Set([...this.#pending.values()].map((each) => each.package));
    const declared = [...pending].flatMap(({ declaration }) => declaration.provides);
    return [...this.registrations.map(({ declaration }) => declaration), ...declared];
  }

  #addPending(each: PluginOnDemand): void {
    const pending: PendingPackage = { package: each };
    for (const component of each.declaration.provides) {
      for (const slot of slotsOf(component)) {
        const [key, holder] = [`${component.role} ${slot}`, this.#mapOf(component).get(slot)];
        const other = holder?.packageName ?? this.#pending.get(key)?.package.name;
        if (other !== undefined) throw conflict(each.name, other, titleOf(component));
        this.#pending.set(key, pending);
      }
    }
  }

  async #load(role: Declaration['role'], slot: string): Promise<void> {
    const pending = this.#pending.get(`${role} ${slot}`);
    if (!pending) return;
    pending.loading ??= this.#admit(pending);
    await pending.loading;
  }

  async #admit(pending: PendingPackage): Promise<void> {
    const { name, declaration, load } = pending.package;
    const loaded = await load().catch((error: unknown) => {
      pending.loading = undefined; // tried again when it is needed again
      throw asVifError(error, 'PLUGIN_FAILED', `The plugin package ${name} cannot be loaded`);
    });
    requireAsDeclared(declaration, loaded);
    if (loaded.objects ?? loaded.stepKinds ?? loaded.runners) {
      const what = 'objects, step kinds or runners, which are needed from the start';
      throw new VifError('PLUGIN_INVALID', `${name} brings ${what}: do not load it on demand`);
    }
    this.#add(loaded).check();
    for (const [key, each] of this.#pending) if (each === pending) this.#pending.delete(key);
  }

  /** @throws VifError PLUGIN_FAILED for a component whose package has not been loaded yet */
  #notLoaded(role: Declaration['role'], slot: string): undefined {
    const name = this.#pending.get(`${role} ${slot}`)?.package.name;
    if (name === undefined) return undefined;
    throw new VifError('PLUGIN_FAILED', `${name} is loaded on demand, and has not been loaded yet`);
  }

  #add(each: PluginPackage): PackageScope {
    requirePackage(each);
    const scope = new PackageScope(each.name, this.#parts);
    for (const type of each.objects ?? []) adoptClass(type, each.name);
    for (const target of each.provides) {
      const declaration = declarationOf(target);
      if (!declaration) {
        throw new VifError(
          'PLUGIN_INVALID',
          `${target?.name ?? quote(target)} of ${each.name} has none of the decorators @vifPlugin, @legacyDriver, @vifConverter`,
        );
      }
      const inTurn = adaptersFor(each, coreOf(target), this.#adapters);
      const map = this.#mapOf(declaration);
      const slots = slotsOf(declaration);
      const other = slots.map((slot) => map.get(slot)).find((taken) => taken !== undefined);
      if (other) throw conflict(each.name, other.packageName, other.title);
      const given = declaration.role === 'converter' ? undefined : this.#options.get(slots[0]);
      const registration = new Registration(scope, declaration, target, given ?? [], inTurn);
      for (const slot of slots) map.set(slot, registration);
    }
    this.#scopes.push(scope);
    return scope;
  }

  /** The map of a role. The compiler has checked at the decorator that the class fits the role. */
  #mapOf({ role }: Pick<Declaration, 'role'>): Map<string, Registration> {
    const maps = { plugin: this.#plugins, driver: this.#drivers, converter: this.#converters };
    return maps[role] as Map<string, Registration>;
  }
}

/** What comes of reading something that a caller gave. It may be a proxy that throws. */
function readable<T>(code: 'INVALID_OPTIONS' | 'PLUGIN_INVALID', what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asVifError(error, code, `${what} cannot be read`);
  }
}

/** The slug under which a component's options are given; undefined for a converter, which has none. */
function optionsOwner(component: StaticComponent): string | undefined {
  return component.role === 'converter' ? undefined : slotsOf(component)[0];
}

function conflict(one: string, other: string, title: string): VifError {
  return new VifError('PLUGIN_CONFLICT', `${one} and ${other} both have a ${title}. Leave one of them out.`);
}

/** For a registry without a host, as when plugins are only listed. */
const noFacts: HostFacts = {
  linkMtu: refuseWithoutHost,
  linkHasCarrier: refuseWithoutHost,
  linkAddresses: refuseWithoutHost,
  linkMac: refuseWithoutHost,
  kernelRelease: refuseWithoutHost,
  pciNetDevice: refuseWithoutHost,
  virtualFunction: refuseWithoutHost,
  vdpaDevice: refuseWithoutHost,
  vfHolder: refuseWithoutHost,
  representor: refuseWithoutHost,
};

async function refuseWithoutHost(): Promise<never> {
  throw new VifError('PLUGIN_FAILED', 'There is no host to ask: the plugins are only listed');
}
