import { setMaxListeners } from 'node:events';
import { VifError } from '@vifkit/core';

/** The longest time in milliseconds that a Node.js timer supports; a timer set to more fires at once. */
export const MAX_TIMER = 2 ** 31 - 1;

/**
 * Limits how long work may take: its signal fires after some milliseconds, or with the caller's signal.
 *
 * It has its own timer and controller. `AbortSignal.any` holds its sources weakly: on Node.js 20, a timeout that
 * nothing else references is garbage-collected and never fires. And the timer of `AbortSignal.timeout` does not keep
 * the process running until it fires; this one does. Whoever starts a deadline must therefore end it, in a `finally`.
 */
export class Deadline {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #leave = () => {};

  /**
   * @param milliseconds from now; infinite for no limit
   * @param caller another signal that fires this one, with its own reason
   */
  constructor(milliseconds: number, caller?: AbortSignal) {
    const { signal } = this.#controller;
    setMaxListeners(0, signal); // one listener for each request of a call is not a leak
    if (caller) this.#leave = whenFired(caller, () => this.#fire(caller.reason));
    if (signal.aborted) return;
    this.#wait(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Clears the timer and stops listening to the caller's signal. The deadline's signal no longer fires. */
  end(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#leave();
  }

  #wait(milliseconds: number): void {
    const part = Math.min(milliseconds, MAX_TIMER);
    const late = () => this.#fire(new DOMException('The deadline passed', 'TimeoutError'));
    this.#timer = setTimeout(() => {
      if (milliseconds > part) this.#wait(milliseconds - part);
      // After a stall, a timer may come before input that arrived in time: that is handled first.
      else this.#immediate = setImmediate(late);
    }, Math.ceil(part));
  }

  #fire(reason: unknown): void {
    this.end();
    this.#controller.abort(reason);
  }
}

/** Runs work within a deadline, and ends the deadline when the work is done. The work must respect the signal. */
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

/** The error for a signal that has fired: TIMEOUT or ABORTED. */
export function signalError(signal: AbortSignal, doing: string): VifError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timedOut
    ? new VifError('TIMEOUT', `The deadline passed while ${doing}`, { cause: signal.reason })
    : new VifError('ABORTED', `Aborted by the caller while ${doing}`, { cause: signal.reason });
}

/**
 * The promise's value, or an error once the signal fires, whichever comes first. The promise itself continues; its
 * result is then ignored.
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

/**
 * The promise's value, or TIMEOUT or ABORTED once the signal fires: work that hangs does not block the caller. See
 * {@link orAborted}.
 */
export function withinDeadline<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  doing: string,
  grace = 0,
): Promise<T> {
  return orAborted(promise, signal, () => signalError(signal, doing), grace);
}

/** Waits for the time to pass or the signal to fire; the caller must check the signal afterwards. */
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
 * Calls a function once the signal fires, or at once if it has fired. The returned function cancels that.
 *
 * A signal searches its list of listeners whenever one is added or removed, and a call with many requests waits for one
 * signal once or twice per request. All callbacks for a signal therefore share one listener, which is removed with the
 * last of them.
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
