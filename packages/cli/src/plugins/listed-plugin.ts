import type { Requirement } from '@vifkit/core';
import type { ErrorJson } from '../output/error-json.js';

/** A registered plugin, driver or converter, as `vif plugins --format json` prints it. */
export interface ListedPlugin {
  /** The npm package it comes from. */
  readonly package: string;
  readonly role: 'plugin' | 'driver' | 'converter';
  /** The name that VIFs know a plugin by. */
  readonly name?: string;
  /** The VIF type of a driver or converter. */
  readonly type?: string;
  /** The VIF classes that a plugin takes. */
  readonly vifs?: readonly ListedVif[];
  /** The options, with their values in force. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly needs: readonly Requirement[];
  /** Why it cannot be used. */
  readonly error?: ErrorJson;
}

/** A class of objects, and the versions of it that are understood. */
export interface ListedClass {
  readonly class: string;
  readonly minVersion: string;
  readonly maxVersion: string;
}

export interface ListedVif extends ListedClass {
  readonly portProfiles: readonly ListedClass[];
}
