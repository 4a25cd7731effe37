import type { Thing } from '@vifkit/engine';

/** Tells of things of some sorts. */
export interface Source {
  /** @throws VifError when they cannot be read */
  read(signal: AbortSignal): Promise<readonly Thing[]>;
  /**
   * Calls `changed` after each change, until the signal fires; then it resolves. It may call it without one.
   * @throws VifError when nothing tells of changes here
   */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
