import { VifError } from '../errors/vif-error.js';
import { type Logger, silentLogger } from '../logging/logger.js';
import { quote } from '../validation/quote.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Declaration } from './declaration.js';
import { declarationOf } from './decorators.js';
import type { PluginPackage } from './package.js';
import { Registration } from './registration.js';
import { slugOf } from './slug.js';

/** Options by plugin name or VIF type. */
export type OptionsByName = Readonly<Record<string, object>>;

/**
 * The plugins, drivers and converters that are there. The map is ours: in tsyringe the last registration of
 * a token wins without a word, while here a second plugin of a name is an error.
 */
export class PluginRegistry {
  readonly #plugins = new Map<string, Registration<VifPlugin>>();
  readonly #drivers = new Map<string, Registration<LegacyDriver>>();
  readonly #converters = new Map<string, Registration<VifConverter>>();

  /**
   * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
   */
  constructor(
    packages: readonly PluginPackage[],
    options: OptionsByName = {},
    logger: Logger = silentLogger,
  ) {
    // A driver's may be under either spelling of its VIF type.
    const bySlug = new Map(Object.entries(options).map(([name, given]) => [slugOf(name), given]));
    for (const each of packages) this.#add(each, bySlug, logger);
    for (const name of bySlug.keys()) {
      if (!this.#plugins.has(name) && !this.#drivers.has(name)) {
        throw new VifError('INVALID_OPTIONS', `There are options for '${name}', but no plugin of that name`);
      }
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

  /** The legacy driver of a VIF type, if there is one. @throws VifError PLUGIN_FAILED */
  driver(type: string): LegacyDriver | undefined {
    return this.#drivers.get(slugOf(type))?.instance;
  }

  /** The converter of a VIF type, if there is one. @throws VifError PLUGIN_FAILED */
  converter(type: string): VifConverter | undefined {
    return this.#converters.get(type)?.instance;
  }

  /** The VIF types of the network model that are handled, by either path. */
  get types(): string[] {
    const drivers = [...this.#drivers.values()].map((driver) => driver.key);
    return [...new Set([...this.#converters.keys(), ...drivers])].sort();
  }

  /** Everything that is registered, in the order of registration by role. */
  get registrations(): Registration[] {
    return [...this.#plugins.values(), ...this.#drivers.values(), ...this.#converters.values()];
  }

  #add(each: PluginPackage, options: ReadonlyMap<string, unknown>, logger: Logger): void {
    if (!Array.isArray(each?.provides)) {
      throw new VifError(
        'PLUGIN_INVALID',
        `${quote(each)} is no plugin package: it has no list 'provides'. Give the default export of the package.`,
      );
    }
    for (const target of each.provides) {
      const declaration = declarationOf(target);
      if (!declaration) {
        throw new VifError(
          'PLUGIN_INVALID',
          `${target?.name ?? quote(target)} of ${each.name} has none of the decorators @vifPlugin, @legacyDriver, @vifConverter`,
        );
      }
      const map = this.#mapOf(declaration);
      const key = declaration.role === 'plugin' ? declaration.name : declaration.type;
      const slot = declaration.role === 'driver' ? slugOf(key) : key;
      const other = map.get(slot);
      if (other) {
        throw new VifError(
          'PLUGIN_CONFLICT',
          `${each.name} and ${other.packageName} both have a ${other.title}. Leave one of them out.`,
        );
      }
      const given = declaration.role === 'converter' ? undefined : options.get(slot);
      map.set(slot, new Registration(each.name, declaration, target, given ?? {}, logger));
    }
  }

  /** The map of a role. That the class fits the role was the compiler's to check, at its decorator. */
  #mapOf({ role }: Declaration): Map<string, Registration> {
    const maps = { plugin: this.#plugins, driver: this.#drivers, converter: this.#converters };
    return maps[role] as Map<string, Registration>;
  }
}
