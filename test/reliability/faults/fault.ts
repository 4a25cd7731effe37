import type { VifError } from '@vifkit/core';

/** How a step goes wrong. */
export interface Fault {
  /** What its runner is about: reading, doing the step, or undoing it. */
  readonly during: 'inspect' | 'apply' | 'undo';
  /** Whether it has done its work by then; of a batch, all of it. */
  readonly done: boolean;
  /**
   * `fails`: the step alone, those behind it are carried out. `rejects`: the whole batch, as when a server is gone;
   * nothing behind the step is carried out. `hangs`: until the call's signal fires. `is deaf`: hangs for ever.
   */
  readonly way: 'fails' | 'rejects' | 'hangs' | 'is deaf';
}

/** What happens to a call. */
export interface Injection extends Fault {
  /** Of the steps handed over, the one that it happens to, counted from 0; at `inspect`, the batch. */
  readonly index: number;
  readonly error: VifError;
  /** Is called once a step hangs. */
  readonly onHang?: () => void;
}
