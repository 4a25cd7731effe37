import { VifError } from '../errors/vif-error.js';
import { quote } from '../validation/quote.js';

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
interface CallTimes {
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
  readonly undoTimeout: number;
}

/** @throws VifError INVALID_OPTIONS for a time that is no positive number, and a signal that is none */
export function readCallOptions(options: CallOptions = {}): CallTimes {
  const { signal, timeout = DEFAULT_TIMEOUT, undoTimeout = DEFAULT_UNDO_TIMEOUT } = options;
  for (const [name, value] of Object.entries({ timeout, undoTimeout })) {
    if (typeof value === 'number' && value > 0) continue;
    throw new VifError(
      'INVALID_OPTIONS',
      `${name} must be a positive number of milliseconds, not ${quote(value)}`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new VifError('INVALID_OPTIONS', `signal must be an AbortSignal, not ${quote(signal)}`);
  }
  return { signal, timeout, undoTimeout };
}
