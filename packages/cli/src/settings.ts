import type { OptionsSource, Routing } from '@vifkit/core';

/** What the options of the command line come to. */
export interface Settings {
  readonly format: 'json' | 'text';
  /** Whose rules answer requests that do not say so themselves. */
  readonly routing: Routing;
  /** Where the OVSDB server listens, as in `unix:/var/run/openvswitch/db.sock`. */
  readonly ovsdb: string;
  readonly sysfsRoot: string;
  /** Where records are kept of what virtual functions had. */
  readonly stateDir: string;
  /** The user, by name or id, who may open the taps that plugs make. */
  readonly tapOwner: string;
  /** Put in front of commands that need root; empty for none. */
  readonly rootHelper: readonly string[];
  /** Milliseconds for the command as a whole. */
  readonly timeout: number;
  /** Whether it is told where the time of each request went. */
  readonly timeline?: boolean;
  /** How often `-v` was given. */
  readonly verbose: number;
  /** Plugin packages beside those that come with `vif`: names and paths. */
  readonly plugin?: readonly string[];
  /** Options of plugins, from the configuration file. */
  readonly pluginOptions?: readonly OptionsSource[];
}
