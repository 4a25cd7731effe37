import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';

/** How long a call may take, and how it is called off. */
export interface CallOptions {
  /** Aborting it ends the call with ABORTED; what a plug has done by then is undone. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call as a whole; 30 000 unless given. Plugins have half of it for their plans. */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds for undoing what a plug that failed has done; 10 000 unless given. They begin with the undoing, and
   * count even when the call's own time is over: the host should not stay half-plugged. So a call ends at the latest
   * after both times together, and a moment for what has to be stopped.
   */
  readonly undoTimeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_UNDO_TIMEOUT = 10_000;

/** A call's options with the defaults filled in. */
export type CallTimes<T> = T & { readonly timeout: number; readonly undoTimeout: number };

export const callOptionRules: OptionRules<CallOptions> = {
  signal: optionRules.signal,
  timeout: optionRules.milliseconds,
  undoTimeout: optionRules.milliseconds,
};

/**
 * @param rules those of all options that the call has
 * @throws VifError INVALID_OPTIONS for an option that is none, a time that is no positive number, a signal that is none
 */
export function readCallOptions<T extends CallOptions>(
  options: T | undefined,
  owner: string,
  rules: OptionRules<T>,
  required: readonly (keyof T & string)[] = [],
): CallTimes<T> {
  const given = readOptions(options, owner, rules, required);
  const { timeout = DEFAULT_TIMEOUT, undoTimeout = DEFAULT_UNDO_TIMEOUT } = given;
  return { ...given, timeout, undoTimeout };
}
