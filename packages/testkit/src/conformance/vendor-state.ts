import type { Ending } from '../memory/memory-commands.js';

/**
 * What a vendor's tools and custom steps change, in memory: a switch, a controller, a database. One is in use at a time.
 */
export interface VendorState {
  /**
   * The complete state, as plain data: it is compared before and after. Without it, the suite sees only that each
   * command is undone by its `undo`, and what custom steps and runners report themselves.
   */
  snapshot?(): unknown;
  /** What the vendor's tools do to it, by program. */
  readonly commands?: Readonly<Record<string, Ending>>;
  /** Options that direct the plugins to this state, by plugin name, in addition to those of the suite. */
  readonly options?: Readonly<Record<string, object>>;
  /** Called before another one is made, and after each promise. */
  close?(): void | Promise<void>;
}
