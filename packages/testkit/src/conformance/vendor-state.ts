import type { Ending } from '../memory/memory-commands.js';

/**
 * What a vendor's tools and custom steps change, in memory: a switch, a controller, a database. One is in use at a time.
 */
export interface VendorState {
  /**
   * All that is held there, as plain data: it is compared before and after. Without it, the suite sees only that each
   * command is taken back by its `undo`, and what custom steps and runners say of themselves.
   */
  snapshot?(): unknown;
  /** What the vendor's tools do to it, by program. */
  readonly commands?: Readonly<Record<string, Ending>>;
  /** Options that lead the plugins there, by plugin name, beside those of the suite. */
  readonly options?: Readonly<Record<string, object>>;
  /** Is called when it is not needed any more. */
  close?(): void | Promise<void>;
}
