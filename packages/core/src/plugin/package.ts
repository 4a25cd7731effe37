import type { VersionedObject } from '../os-vif/versioned-object.js';
import type { StepKindDefinition } from '../plan/define-step-kind.js';
import type { RunnerContext, StepRunner } from '../plan/runner.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Constructor } from './declaration.js';
import type { OptionsByName } from './options.js';
import type { StaticDeclaration } from './static-declaration.js';

/** What a plugin or driver or converter is once it is built. */
export type Component = VifPlugin | LegacyDriver | VifConverter;

declare const options: unique symbol;

/**
 * What a plugin package offers: inert data, until a registry takes it.
 *
 * @typeParam Options its options by plugin name or VIF type, so that the compiler knows them where a driver is made:
 *   `PluginPackage<{ acme: AcmeOptions }>`
 */
export interface PluginPackage<Options extends object = object> {
  /** Never there: it carries the type. */
  readonly [options]?: Options;
  /** The npm name. */
  readonly name: string;
  /** The package's own version, as in its package.json; shown by `vif plugins`. */
  readonly version?: string;
  /**
   * The contract with core that the package was written for: `thisCore.contract` when it was written. Unless given, that
   * of the copy of core whose decorators it uses, which may have moved on since.
   */
  readonly contract?: number;
  /** The classes of its plugins, drivers and converters, each with its decorator. */
  readonly provides: readonly Constructor<Component>[];
  /**
   * The package's own classes of objects, as port profiles, each declared with `versionedObject` in a namespace of the
   * vendor's. They are read and written on the wire, whichever copy of core they were declared with.
   */
  readonly objects?: readonly (abstract new (
    ...args: never[]
  ) => VersionedObject)[];
  /** Kinds of steps that the package defines, for its plans or those of others. */
  readonly stepKinds?: readonly StepKindDefinition[];
  /**
   * Makes what carries the steps of these kinds out on a host. It is called once for each driver; what goes on in it,
   * or in a runner that does not answer, is the package's affair.
   */
  runners?(context: RunnerContext): readonly StepRunner[];
}

/** A package that is loaded once something of it is needed. Till then it is known by what it declares of itself. */
export interface PluginOnDemand {
  /** The npm name. */
  readonly name: string;
  /** What its package.json says under `vifkit`. The package is held to it when it is loaded. */
  readonly declaration: StaticDeclaration;
  /** Its default export. It must bring no objects, kinds of steps or runners: those have to be there from the start. */
  load(): Promise<PluginPackage>;
}

/** The options that these packages have, each of them optional. Those of a package that does not tell may be any. */
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

/** All members of a union at once. */
type Merged<Each> = (Each extends unknown ? (each: Each) => void : never) extends (all: infer All) => void
  ? All
  : never;
