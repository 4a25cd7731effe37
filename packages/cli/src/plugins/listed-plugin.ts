import type { Requirement, Routing } from '@vifkit/core';
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
  /** Whose rules a converter serves, if not all. */
  readonly routing?: Routing;
  /** The VIF classes that a plugin takes. */
  readonly vifs?: readonly ListedVif[];
  readonly options: Readonly<Record<string, ListedOption>>;
  readonly needs: readonly Requirement[];
  /** Why it cannot be used. */
  readonly error?: ErrorJson;
}

/** An option of a plugin. A value that is undefined is null here. */
export interface ListedOption {
  /** The value in force. */
  readonly value: unknown;
  readonly default: unknown;
  /** Where the value is from: `default`, a file's path, or a variable's name. */
  readonly source: string;
  /** The environment variable that sets the option. */
  readonly variable: string;
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
