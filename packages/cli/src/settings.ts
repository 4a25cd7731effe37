/** What the options of the command line come to. */
export interface Settings {
  readonly format: 'json' | 'text';
  /** Where the OVSDB server listens, as in `unix:/var/run/openvswitch/db.sock`. */
  readonly ovsdb: string;
  readonly sysfsRoot: string;
  /** Put in front of commands that need root; empty for none. */
  readonly rootHelper: readonly string[];
  /** Milliseconds for the command as a whole. */
  readonly timeout: number;
  /** How often `-v` was given. */
  readonly verbose: number;
}
