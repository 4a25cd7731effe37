import { container, type DependencyContainer, type InjectionToken, injectable } from 'tsyringe';
import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import type { HostFacts, Logger } from '../plan/host.js';
import type { Constructor } from './declaration.js';
import { FACTS, LOGGER } from './decorators.js';

/** What every class of a plugin package can inject besides its options. */
export interface Injectables {
  readonly logger: Logger;
  readonly facts: HostFacts;
}

/** The options in force of one component: the class that declares them, and the values. */
export interface ScopedOptions {
  readonly type: Constructor<object>;
  readonly values: object;
}

/** tsyringe's type of a class. */
type InjectableClass = Parameters<ReturnType<typeof injectable<object>>>[0];

/**
 * The objects of one plugin package in one driver. Each class is instantiated once, when it is first needed: two
 * plugins of a package that inject a client share it, and another driver has its own.
 */
export class PackageScope {
  readonly #container: DependencyContainer = container.createChildContainer();
  readonly #components = new Map<Constructor<object>, ScopedOptions | undefined>();
  readonly #registered = new Set<Constructor<object>>();
  /** In the order of construction: an object comes after everything that was injected into it. */
  readonly #built: object[] = [];

  constructor(
    readonly packageName: string,
    { logger, facts }: Injectables,
  ) {
    this.#container.register(LOGGER, { useValue: logger });
    this.#container.register(FACTS, { useValue: facts });
  }

  /** Adds a class of `provides`, with the options to inject into it. */
  add(target: Constructor<object>, options: ScopedOptions | undefined): void {
    this.#components.set(target, options);
  }

  /**
   * Checks what all classes inject, after all have been added. No class is instantiated for this.
   * @throws VifError PLUGIN_INVALID, naming the class and the parameter
   */
  check(): void {
    this.#shareOptions();
    for (const target of this.#components.keys()) this.#register(target, []);
  }

  /**
   * The single instance of a class.
   * @throws whatever its constructor throws
   */
  resolve<T extends object>(target: Constructor<T>): T {
    return this.#container.resolve(target as InjectionToken<T>);
  }

  /**
   * Disposes of everything that was built, in reverse order, with the methods `dispose`, `[Symbol.asyncDispose]` or
   * `[Symbol.dispose]`. An error does not prevent the disposal of the others.
   * @returns the errors that were thrown
   */
  async dispose(): Promise<VifError[]> {
    const errors: VifError[] = [];
    for (const object of this.#built.splice(0).reverse()) {
      try {
        await disposerOf(object)?.call(object);
      } catch (error) {
        errors.push(asVifError(error, 'PLUGIN_FAILED', `${this.packageName} could not be disposed of`));
      }
    }
    return errors;
  }

  /**
   * Makes the options of one component available to the other classes, if no other component has the same options
   * class.
   */
  #shareOptions(): void {
    const all = [...this.#components.values()].filter((each) => each !== undefined);
    for (const { type, values } of all) {
      if (all.filter((each) => each.type === type).length === 1) {
        this.#container.register(type as InjectionToken<object>, { useValue: values });
      }
    }
  }

  #register(target: Constructor<object>, path: readonly Constructor<object>[]): void {
    if (path.includes(target)) {
      const circle = [...path.slice(path.indexOf(target)), target].map(({ name }) => name).join(' → ');
      throw this.#invalid(`classes have a circular dependency: ${circle}`);
    }
    if (this.#registered.has(target)) return;
    const own = this.#components.get(target);
    for (const [index, parameter] of parametersOf(target).entries()) {
      const { token } = parameter;
      if (token === own?.type) continue;
      if (isClass(token) && !this.#isOptions(token)) this.#register(token, [...path, target]);
      else if (!parameter.isOptional && !this.#isProvided(token))
        throw this.#invalid(this.#asks(target, index, token));
    }
    this.#registered.add(target);
    let built: object | undefined;
    const make = () => (built ??= this.#build(target, own));
    this.#container.register(target as InjectionToken<object>, { useFactory: make });
  }

  #build(target: Constructor<object>, options: ScopedOptions | undefined): object {
    const scope = this.#container.createChildContainer();
    if (options) scope.register(options.type as InjectionToken<object>, { useValue: options.values });
    // Here, not in the decorators: a plugin's decorators may come from another copy of core, with its own tsyringe.
    injectable<object>()(target as InjectableClass);
    scope.register(target as InjectionToken<object>, { useClass: target as InjectableClass });
    const built = scope.resolve(target as InjectionToken<object>);
    this.#built.push(built);
    return built;
  }

  #isProvided(token: unknown): boolean {
    return isToken(token) && this.#container.isRegistered(token, true);
  }

  #isOptions(token: unknown): boolean {
    return [...this.#components.values()].some((options) => options?.type === token);
  }

  #asks(target: Constructor<object>, index: number, token: unknown): string {
    const who = `parameter ${index + 1} of ${target.name}`;
    const wanted =
      typeof token === 'function' ? token.name : typeof token === 'symbol' ? String(token) : quote(token);
    if (this.#isOptions(token)) {
      return `${who} asks for ${wanted}, the options of several classes: give each its own options class`;
    }
    const remedy = "Inject LOGGER, FACTS, the package's options, or a class";
    if (token === undefined) return `${who} has no token, or its module is not loaded yet. ${remedy}`;
    return `${who} asks for ${wanted}, which nobody provides. ${remedy}`;
  }

  #invalid(what: string): VifError {
    return new VifError('PLUGIN_INVALID', `In ${this.packageName}, ${what}`);
  }
}

interface Parameter {
  readonly token: unknown;
  readonly isOptional: boolean;
}

// Under these metadata keys, the decorators of any copy of tsyringe, and the compiler, record a constructor's
// parameters.
const tokensKey = 'injectionTokens';
const typesKey = 'design:paramtypes';

/** A class without its own parameters gets those of its base class; tsyringe would pass none. */
function inheritParameters(target: Constructor<object>): void {
  if (target.length > 0) return;
  for (const key of [tokensKey, typesKey]) {
    const noted: unknown = Reflect.getMetadata(key, target);
    if (noted !== undefined) Reflect.defineMetadata(key, noted, target);
  }
}

/** What the parameters of a constructor inject. */
function parametersOf(target: Constructor<object>): Parameter[] {
  inheritParameters(target);
  const types: readonly unknown[] = Reflect.getOwnMetadata(typesKey, target) ?? [];
  const tokens: Readonly<Record<number, unknown>> = Reflect.getOwnMetadata(tokensKey, target) ?? {};
  const count = Math.max(
    target.length,
    types.length,
    ...Object.keys(tokens).map((index) => Number(index) + 1),
  );
  return Array.from({ length: count }, (_, index) => {
    const given = Object.hasOwn(tokens, index) ? tokens[index] : types[index];
    if (typeof given !== 'object' || given === null || !('token' in given))
      return { token: given, isOptional: false };
    return { token: given.token, isOptional: 'isOptional' in given && given.isOptional === true };
  });
}

/** The compiler's metadata has these for parameters of primitive and interface types. */
const noClasses: readonly unknown[] = [Object, String, Number, Boolean, Array, Function, Symbol, Promise];

function isClass(token: unknown): token is Constructor<object> {
  return typeof token === 'function' && !noClasses.includes(token);
}

function isToken(token: unknown): token is InjectionToken<object> {
  return ['string', 'symbol', 'function'].includes(typeof token);
}

type Disposer = () => unknown;

function disposerOf(object: object): Disposer | undefined {
  for (const key of ['dispose', Symbol.asyncDispose, Symbol.dispose]) {
    const found: unknown = Reflect.get(object, key);
    if (typeof found === 'function') return found as Disposer;
  }
  return undefined;
}
