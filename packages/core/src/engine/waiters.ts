/** What a timer takes at most, in milliseconds; one that is set to more fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

const bySignal = new WeakMap<AbortSignal, Waiters>();

/**
 * Has a function called once the signal fires, at once if it has, and keeps Node.js running until then. The answer calls that off.
 *
 * A call waits for its signal once or twice a request. A signal keeps its listeners in a list that it searches for each
 * that comes or goes: so all who wait share one listener, and one timer.
 */
export function whenFired(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => {};
  }
  let waiters = bySignal.get(signal);
  if (!waiters) {
    waiters = new Waiters(signal);
    bySignal.set(signal, waiters);
  }
  return waiters.add(act);
}

class Waiters {
  readonly #signal: AbortSignal;
  readonly #acts = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(act: () => void): () => void {
    if (this.#acts.size === 0) this.#start();
    this.#acts.add(act);
    return () => {
      if (this.#acts.delete(act) && this.#acts.size === 0) this.#stop();
    };
  }

  #start(): void {
    // The timer of an AbortSignal does not keep Node.js running, and what is waited for need not either.
    this.#timer = setInterval(() => {}, LONGEST_TIMER);
    this.#signal.addEventListener('abort', this.#fire, { once: true });
  }

  /** A signal with a listener stays in memory until it fires. */
  #stop(): void {
    clearInterval(this.#timer);
    this.#signal.removeEventListener('abort', this.#fire);
  }

  readonly #fire = (): void => {
    for (const act of this.#acts) act();
  };
}
