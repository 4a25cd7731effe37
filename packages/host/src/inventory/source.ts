import type { Thing } from '@vifkit/engine';

/** Reports things of some kinds. */
export interface Source {
  /** @throws VifError if they cannot be read */
  read(signal: AbortSignal): Promise<readonly Thing[]>;
  /**
   * Calls `changed` after each change, and possibly without one. Resolves once the signal fires.
   * @throws VifError if nothing on this host reports changes
   */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
