import { container, type InjectionToken, injectable } from 'tsyringe';
import { asVifError } from '../errors/vif-error.js';
import type { Logger } from '../logging/logger.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Constructor, Declaration } from './declaration.js';
import { type BuiltOptions, buildOptions } from './options/build-options.js';
import type { GivenOptions } from './options/options-source.js';
import { LOGGER } from './tokens.js';

export type Component = VifPlugin | LegacyDriver | VifConverter;

/** What tsyringe takes for a class. */
type InjectableClass<T> = Parameters<ReturnType<typeof injectable<T>>>[0];

/** A registered class. It is built at first use, so that a package costs nothing until it is needed. */
export class Registration<T extends Component = Component> {
  readonly #target: Constructor<T>;
  readonly #options: BuiltOptions;
  readonly #logger: Logger;
  #instance: T | undefined;

  constructor(
    readonly packageName: string,
    readonly declaration: Declaration,
    target: Constructor<T>,
    given: readonly GivenOptions[],
    logger: Logger,
  ) {
    this.#target = target;
    this.#logger = logger;
    this.#options = buildOptions(declaration.options, given, this.title);
  }

  /** The name it is known by: a plugin's name, or the VIF type of a driver or converter. */
  get key(): string {
    return this.declaration.role === 'plugin' ? this.declaration.name : this.declaration.type;
  }

  get title(): string {
    const { declaration } = this;
    const routing = declaration.role === 'converter' && declaration.routing;
    return `${declaration.role} '${this.key}'${routing ? ` for routing '${routing}'` : ''}`;
  }

  /** The options in force. */
  get options(): object {
    return this.#options.values;
  }

  /** The name of the source that set an option; undefined for one that has its default, or was set by code. */
  sourceOf(option: string): string | undefined {
    return this.#options.sources.get(option);
  }

  /** @throws VifError PLUGIN_FAILED with the constructor's own error as cause */
  get instance(): T {
    this.#instance ??= this.#build();
    return this.#instance;
  }

  #build(): T {
    const scope = container.createChildContainer();
    scope.register(LOGGER, { useValue: this.#logger });
    const { options } = this.declaration;
    if (options) scope.register(options as InjectionToken<object>, { useValue: this.#options.values });
    try {
      // Here and not in the decorators: those of a plugin may be another copy's, with a tsyringe of its own.
      injectable<T>()(this.#target as InjectableClass<T>);
      return scope.resolve(this.#target as InjectionToken<T>);
    } catch (error) {
      const context = `The ${this.title} of ${this.packageName} could not be built`;
      throw asVifError(error, 'PLUGIN_FAILED', context);
    }
  }
}
