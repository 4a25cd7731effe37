import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** Calls `listener` once the signal fires; the function returned takes that back. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  setMaxListeners(0, signal); // many calls may share a signal; Node would take that for a leak
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/**
 * The promise's value, or once the signal fires a rejection with the error made by `fail`. The promise
 * itself goes on, and what comes of it is ignored then.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal, fail: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(fail());
    const stop = onAbort(signal, () => reject(fail()));
    promise.then(resolve, reject).finally(stop);
  });
}

/** Waits, but not past the signal; the caller looks at the signal then. */
export async function pauseOrAborted(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => {});
}
