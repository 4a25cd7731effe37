import { setMaxListeners } from 'node:events';
import { VifError } from '../errors/vif-error.js';
import { LONGEST_TIMER, whenFired } from './waiters.js';

/** How long a call may take, and how it is called off. */
export interface CallOptions {
  /** Aborting it ends the call with ABORTED; what a plug has done by then is undone. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call as a whole; 30 000 unless given. Plugins have half of it for their plans. */
  readonly timeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 30_000;

/**
 * A signal that fires at the call's deadline, or when the caller aborts.
 * @param share of the call's time after which it fires
 */
export function startDeadline(options: CallOptions = {}, share = 1): AbortSignal {
  const timeout = (options.timeout ?? DEFAULT_TIMEOUT) * share;
  const deadline = AbortSignal.timeout(Math.ceil(Math.min(timeout, LONGEST_TIMER)));
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  setMaxListeners(0, signal); // one for each request of the call: no leak
  return signal;
}

/** The error that stands for a signal that fired: TIMEOUT or ABORTED. */
export function signalError(signal: AbortSignal, doing: string): VifError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timedOut
    ? new VifError('TIMEOUT', `The deadline passed while ${doing}`, { cause: signal.reason })
    : new VifError('ABORTED', `Aborted by the caller while ${doing}`, { cause: signal.reason });
}

/**
 * The promise's value, or the signal's error, whichever comes first: a runner that hangs holds nobody up. Neither does
 * it end the process: the timer of an AbortSignal does not keep Node running, and what hangs need not either.
 * @param grace milliseconds after the signal in which the promise may still settle.
 */
export async function withinDeadline<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  doing: string,
  grace = 0,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let callOff: () => void = () => {};
  const fired = new Promise<never>((_, reject) => {
    const fail = () => reject(signalError(signal, doing));
    callOff = whenFired(signal, () => {
      if (grace > 0) timer = setTimeout(fail, grace);
      else fail();
    });
  });
  try {
    return await Promise.race([promise, fired]);
  } finally {
    clearTimeout(timer);
    callOff();
  }
}
