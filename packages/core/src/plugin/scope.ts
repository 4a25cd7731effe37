import { container, type DependencyContainer, type InjectionToken, injectable } from 'tsyringe';
import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import type { HostFacts, Logger } from '../plan/host.js';
import type { Constructor } from './declaration.js';
import { FACTS, LOGGER } from './decorators.js';

/** What every class of a plugin package may have injected besides its options. */
export interface Surroundings {
  readonly logger: Logger;
  readonly facts: HostFacts;
}

/** The options in force of one component: the class that declares them, and the values. */
export interface ScopedOptions {
  readonly type: Constructor<object>;
  readonly values: object;
}

/** What tsyringe takes for a class. */
type InjectableClass = Parameters<ReturnType<typeof injectable<object>>>[0];

/**
 * The objects of one plugin package in one driver. Each class is built once, when it is first needed: a client that two
 * plugins of a package have injected is the same for both, and another in another driver.
 */
export class PackageScope {
  readonly #container: DependencyContainer = container.createChildContainer();
  readonly #components = new Map<Constructor<object>, ScopedOptions | undefined>();
  readonly #registered = new Set<Constructor<object>>();
  /** In the order in which they were built: none before what was injected into it. */
  readonly #built: object[] = [];

  constructor(
    readonly packageName: string,
    { logger, facts }: Surroundings,
  ) {
    this.#container.register(LOGGER, { useValue: logger });
    this.#container.register(FACTS, { useValue: facts });
  }

  /** Adds a class of `provides`, which has its own options injected. */
  add(target: Constructor<object>, options: ScopedOptions | undefined): void {
    this.#components.set(target, options);
  }

  /**
   * Looks at what all classes ask for, once all are added. None is built for it.
   * @throws VifError PLUGIN_INVALID, naming the class and the parameter
   */
  check(): void {
    this.#shareOptions();
    for (const target of this.#components.keys()) this.#register(target, []);
  }

  /** The one object of a class. @throws what its constructor throws */
  resolve<T extends object>(target: Constructor<T>): T {
    return this.#container.resolve(target as InjectionToken<T>);
  }

  /**
   * Ends all that was built, last first, by its method `dispose`, `[Symbol.asyncDispose]` or `[Symbol.dispose]`. One
   * that throws does not keep the others.
   * @returns what was thrown
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

  /** The options of one component are there for the other classes, too, where it is plain whose they are. */
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
      throw this.#invalid(`classes are injected in a circle: ${circle}`);
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
    // Here and not in the decorators: those of a plugin may be another copy's, with a tsyringe of its own.
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
    const told =
      typeof token === 'function' ? token.name : typeof token === 'symbol' ? String(token) : quote(token);
    if (this.#isOptions(token)) {
      return `${who} asks for ${told}, the options of several classes: give each options of its own`;
    }
    const cure = "Inject LOGGER, FACTS, the package's options, or a class";
    if (token === undefined) return `${who} has no token, or its module is not loaded yet. ${cure}`;
    return `${who} asks for ${told}, which nobody provides. ${cure}`;
  }

  #invalid(what: string): VifError {
    return new VifError('PLUGIN_INVALID', `In ${this.packageName}, ${what}`);
  }
}

interface Parameter {
  readonly token: unknown;
  readonly isOptional: boolean;
}

// Under these, tsyringe's decorators of whichever copy, and the compiler, note what a constructor's parameters are.
const tokensKey = 'injectionTokens';
const typesKey = 'design:paramtypes';

/** A class without parameters of its own has those of the class that it extends: tsyringe would pass none. */
function inheritParameters(target: Constructor<object>): void {
  if (target.length > 0) return;
  for (const key of [tokensKey, typesKey]) {
    const noted: unknown = Reflect.getMetadata(key, target);
    if (noted !== undefined) Reflect.defineMetadata(key, noted, target);
  }
}

/** What the parameters of a constructor ask for. */
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

/** The compiler's notes have these for parameters of plain types, and of interfaces. */
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
