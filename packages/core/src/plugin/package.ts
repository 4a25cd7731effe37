import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Constructor } from './declaration.js';

/** What a plugin package offers: inert data, until a registry takes it. */
export interface PluginPackage {
  /** The npm name. */
  readonly name: string;
  readonly provides: readonly Constructor<VifPlugin | LegacyDriver | VifConverter>[];
}
