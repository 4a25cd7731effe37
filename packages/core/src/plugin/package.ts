import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Constructor } from './declaration.js';

/** What a plugin or driver or converter is once it is built. */
export type Component = VifPlugin | LegacyDriver | VifConverter;

/** What a plugin package offers: inert data, until a registry takes it. */
export interface PluginPackage {
  /** The npm name. */
  readonly name: string;
  /** The package's own version, as in its package.json; shown by `vif plugins`. */
  readonly version?: string;
  /**
   * The contract with core that the package was written for: `thisCore.contract` when it was written. Unless given, that
   * of the copy of core whose decorators it uses, which may have moved on since.
   */
  readonly contract?: number;
  readonly provides: readonly Constructor<Component>[];
}
