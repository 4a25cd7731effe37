import type { VersionedObject } from '../os-vif/versioned-object.js';
import type { StepKindDefinition } from '../plan/define-step-kind.js';
import type { RunnerContext, StepRunner } from '../plan/runner.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Constructor, StaticDeclaration } from './declaration.js';
import type { OptionsByName } from './options.js';

/** An instance of a plugin, driver or converter. */
export type Component = VifPlugin | LegacyDriver | VifConverter;

declare const options: unique symbol;

/**
 * What a plugin package provides: inert data, until it is given to a registry.
 *
 * @typeParam Options its options by plugin name or VIF type, so that the compiler checks them when a driver is made:
 *   `PluginPackage<{ acme: AcmeOptions }>`
 */
export interface PluginPackage<Options extends object = object> {
  /** Never set; it carries the type. */
  readonly [options]?: Options;
  /** The npm name. */
  readonly name: string;
  /** The package's own version, as in its package.json; shown by `vif plugins`. */
  readonly version?: string;
  /**
   * The contract with core that the package was written for: the value of `thisCore.contract` at that time. Unless
   * given, it is the contract of the copy of core whose decorators it uses, which may be newer.
   */
  readonly contract?: number;
  /** The classes of its plugins, drivers and converters, each with its decorator. */
  readonly provides: readonly Constructor<Component>[];
  /**
   * The package's own object classes, such as port profiles, each declared with `versionedObject` in a namespace of the
   * vendor. They are read and written on the wire, whichever copy of core they were declared with.
   */
  readonly objects?: readonly (abstract new (
    ...args: never[]
  ) => VersionedObject)[];
  /** Kinds of steps that the package defines, for its own plans or those of others. */
  readonly stepKinds?: readonly StepKindDefinition[];
  /**
   * Makes the runners that apply the steps of these kinds on a host. It is called once for each driver. The package is
   * responsible for what happens in it, and for a runner that does not respond.
   */
  runners?(context: RunnerContext): readonly StepRunner[];
}

/** A package that is loaded when something of it is needed. Until then only its declaration is known. */
export interface PluginOnDemand {
  /** The npm name. */
  readonly name: string;
  /** What its package.json has under `vifkit`. When the package is loaded, it must match this. */
  readonly declaration: StaticDeclaration;
  /** Returns its default export. This must have no objects, step kinds or runners: those are needed from the start. */
  load(): Promise<PluginPackage>;
}

/**
 * The options of these packages, each of them optional. A package that does not declare the type of its options may
 * have any.
 */
export type OptionsOf<Packages extends readonly PluginPackage[]> = MergedOptions<Packages[number]>;

type MergedOptions<Each extends PluginPackage> = Merged<
  Each extends PluginPackage<infer Options> ? TypedOptions<Options> : never
>;

type TypedOptions<Options extends object> = object extends Options
  ? OptionsByName
  : {
      readonly [Name in keyof Options]?: {
        readonly [Key in keyof Options[Name]]?: Options[Name][Key] | undefined;
      };
    };

/** The intersection of all members of a union. */
type Merged<Each> = (Each extends unknown ? (each: Each) => void : never) extends (all: infer All) => void
  ? All
  : never;
