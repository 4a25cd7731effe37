import { setMaxListeners } from 'node:events';
import { VifError } from '@vifkit/core';

/** The most milliseconds that a timer of Node.js takes; one that is set to more fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Bounds a piece of work in time: its signal fires after some milliseconds, or with the signal of the caller.
 *
 * It has a timer and a controller of its own. `AbortSignal.any` holds its sources weakly, and on Node.js 20 a timeout
 * that nothing else holds is collected, and then never fires. Nor does the timer of `AbortSignal.timeout` keep the
 * process running until it fires; this one does. So whoever starts a deadline ends it, in a `finally`.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #leave = () => {};

  /**
   * @param milliseconds from now; more than a timer takes (24 days) is as much as it takes
   * @param caller another signal that fires this one, with its own reason
   */
  constructor(milliseconds: number, caller?: AbortSignal) {
    const { signal } = this.#controller;
    setMaxListeners(0, signal); // one for each request of a call: no leak
    if (caller) this.#leave = whenFired(caller, () => this.#fire(caller.reason));
    if (signal.aborted) return;
    const late = () => this.#fire(new DOMException('The deadline passed', 'TimeoutError'));
    this.#timer = setTimeout(late, Math.ceil(Math.min(milliseconds, LONGEST_TIMER)));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Lets go of the timer and of the caller's signal. The deadline's signal does not fire any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#leave();
  }

  #fire(reason: unknown): void {
    this.end();
    this.#controller.abort(reason);
  }
}

/** Does a piece of work within a deadline, and ends the deadline with it. The work has to heed the signal. */
export async function withDeadline<T>(
  milliseconds: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const deadline = new Deadline(milliseconds, caller);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.end();
  }
}

/** The error that stands for a signal that fired: TIMEOUT or ABORTED. */
export function signalError(signal: AbortSignal, doing: string): VifError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timedOut
    ? new VifError('TIMEOUT', `The deadline passed while ${doing}`, { cause: signal.reason })
    : new VifError('ABORTED', `Aborted by the caller while ${doing}`, { cause: signal.reason });
}

/**
 * The promise's value, or an error once the signal fires, whichever comes first. The promise itself goes on; what
 * comes of it then is ignored.
 *
 * @param grace milliseconds after the signal in which the promise may still settle
 */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  error: () => Error,
  grace = 0,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let leave = () => {};
  const fired = new Promise<never>((_, reject) => {
    const fail = () => reject(error());
    leave = whenFired(signal, () => {
      if (grace > 0) timer = setTimeout(fail, grace);
      else fail();
    });
  });
  try {
    return await Promise.race([promise, fired]);
  } finally {
    clearTimeout(timer);
    leave();
  }
}

/** The promise's value, or TIMEOUT or ABORTED once the signal fires: who hangs holds nobody up. See {@link orAborted}. */
export function withinDeadline<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  doing: string,
  grace = 0,
): Promise<T> {
  return orAborted(promise, signal, () => signalError(signal, doing), grace);
}

/** Waits, but not past the signal; the caller looks at the signal then. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let leave = () => {};
    const done = () => {
      clearTimeout(timer);
      leave();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    leave = whenFired(signal, done);
  });
}

/** Waits for the first of these signals to fire. */
export function untilFired(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const leaving: (() => void)[] = [];
    const done = () => {
      for (const leave of leaving) leave();
      resolve();
    };
    for (const signal of signals) leaving.push(whenFired(signal, done));
  });
}

const bySignal = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls a function once the signal fires, at once if it has. The function returned takes that back.
 *
 * A signal searches its list of listeners for each that comes or goes, and a call of many requests waits for one
 * signal once or twice a request. So all who wait for a signal share one listener, and it goes with the last of them.
 */
export function whenFired(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => {};
  }
  let listeners = bySignal.get(signal);
  if (!listeners) {
    listeners = new Listeners(signal);
    bySignal.set(signal, listeners);
  }
  return listeners.add(act);
}

class Listeners {
  readonly #signal: AbortSignal;
  readonly #acts = new Set<{ readonly act: () => void }>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(act: () => void): () => void {
    const entry = { act };
    if (this.#acts.size === 0) this.#signal.addEventListener('abort', this.#fire, { once: true });
    this.#acts.add(entry);
    return () => {
      // A signal with a listener stays in memory until it fires.
      if (this.#acts.delete(entry) && this.#acts.size === 0) {
        this.#signal.removeEventListener('abort', this.#fire);
      }
    };
  }

  readonly #fire = (): void => {
    for (const entry of this.#acts) {
      this.#acts.delete(entry);
      entry.act();
    }
  };
}
