import { thisCore } from '../errors/core-copy.js';
import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { hasMethods, type OptionRules, optionRules } from '../fields/options.js';
import type { Constructor, Declaration } from './declaration.js';
import { type BuiltOptions, buildOptions, type GivenOptions } from './options.js';
import type { Component, PluginPackage } from './package.js';
import type { PackageScope } from './scope.js';
import type { AdaptersInTurn } from './served-contract.js';

/**
 * The packages that a caller gave; each is checked when it is registered.
 * @throws VifError PLUGIN_INVALID for what is not a list
 */
export function requirePackages(packages: readonly PluginPackage[]): readonly PluginPackage[] {
  if (Array.isArray(packages)) return packages;
  const text = `Plugin packages must be given as a list of their default exports, not ${quote(packages)}`;
  throw new VifError('PLUGIN_INVALID', text);
}

const functions = { accepts: isListOf(optionRules.function.accepts), says: 'a list of classes' };

/** Unknown keys are passed over: a later core with the same contract may have more. */
const packageRules: OptionRules<Omit<PluginPackage, symbol>> = {
  name: { ...optionRules.name, says: 'the npm name of the package' },
  version: optionRules.text,
  contract: { accepts: () => true, says: 'a contract' }, // adaptersFor refuses one that cannot be served
  provides: { accepts: Array.isArray, says: 'a list of classes' }, // each is checked when it is registered
  objects: functions,
  stepKinds: { accepts: isListOf(hasMethods('check')), says: 'a list of results of defineStepKind' },
  runners: optionRules.function,
};

function isListOf(accepts: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(accepts);
}

/** @throws VifError PLUGIN_INVALID for what is not a plugin package */
export function requirePackage(each: PluginPackage): void {
  if (!Array.isArray(each?.provides)) {
    throw new VifError(
      'PLUGIN_INVALID',
      `${quote(each)} is not a plugin package: it has no list 'provides'. Give the default export of the package.`,
    );
  }
  for (const [key, { accepts, says }] of Object.entries(packageRules)) {
    const value: unknown = Reflect.get(each, key);
    if ((value === undefined && key !== 'name') || accepts(value)) continue;
    const owner = optionRules.name.accepts(each.name) ? each.name : 'a plugin package';
    throw new VifError('PLUGIN_INVALID', `'${key}' of ${owner} must be ${says}, not ${quote(value)}`);
  }
}

const methods = {
  plugin: ['describe', 'plug', 'unplug'],
  driver: ['config', 'plug', 'unplug'],
  converter: ['convert'],
} as const satisfies Record<Declaration['role'], readonly string[]>;

/** @throws TypeError for a component without the methods of its role */
function requireMethods(component: Component, role: Declaration['role']): Component {
  const missing = methods[role].filter((name) => typeof Reflect.get(component, name) !== 'function');
  if (missing.length === 0) return component;
  throw new TypeError(`it has no method ${missing.join(', ')}`);
}

/** A registered class. It is instantiated at first use, so that a package costs nothing until it is needed. */
export class Registration<T extends Component = Component> {
  readonly #target: Constructor<T>;
  readonly #options: BuiltOptions;
  readonly #scope: PackageScope;
  readonly #adapters: AdaptersInTurn;
  #instance: T | undefined;

  constructor(
    scope: PackageScope,
    readonly declaration: Declaration,
    target: Constructor<T>,
    given: readonly GivenOptions[],
    adapters: AdaptersInTurn,
  ) {
    this.#target = target;
    this.#scope = scope;
    this.#adapters = adapters;
    this.#options = buildOptions(declaration.options, given, this.title);
    const { options } = declaration;
    scope.add(target, options && { type: options, values: this.#options.values });
  }

  get packageName(): string {
    return this.#scope.packageName;
  }

  /** A plugin's name, or the VIF type of a driver or converter. */
  get key(): string {
    return this.declaration.role === 'plugin' ? this.declaration.name : this.declaration.type;
  }

  get title(): string {
    const { declaration } = this;
    const routing = declaration.role === 'converter' && declaration.routing;
    return `${declaration.role} '${this.key}'${routing ? ` for routing '${routing}'` : ''}`;
  }

  /** The contract with core that it was written for; adapters serve contracts older than core's. */
  get contract(): number {
    return this.#adapters[0]?.from ?? thisCore.contract;
  }

  /** The options in force. */
  get options(): object {
    return this.#options.values;
  }

  /** The name of the source that set an option; undefined if the option has its default, or was set by code. */
  sourceOf(option: string): string | undefined {
    return this.#options.sources.get(option);
  }

  /** @throws VifError PLUGIN_FAILED, with the constructor's own error as the cause */
  get instance(): T {
    this.#instance ??= this.#build();
    return this.#instance;
  }

  #build(): T {
    try {
      const built: Component = this.#scope.resolve(this.#target);
      const adapted = this.#adapters.reduce((each, adapter) => adapter.adapt(each, this.declaration), built);
      return requireMethods(adapted, this.declaration.role) as T; // an adapter keeps the role of what it adapts
    } catch (error) {
      const context = `The ${this.title} of ${this.packageName} could not be built`;
      throw asVifError(error, 'PLUGIN_FAILED', context);
    }
  }
}
