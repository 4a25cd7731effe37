import { VifError } from '@vifkit/core';
import { signalError } from '@vifkit/engine/time';

/** A point at which a call on an in-memory host can be made to fail or hang. */
export interface Point {
  /**
   * `wiring` is ovs-vswitchd's work on the contents of the database, `custom` is vendors' own code, and `runner` a
   * program by which their runners write; all others are writes of the host.
   */
  readonly part: 'links' | 'ovs' | 'wiring' | 'commands' | 'filters' | 'vfs' | 'custom' | 'runner';
  /** What is done there, as in `add tap0` or `mm-ctl --bind-port ...`. */
  readonly what: string;
}

/** The n-th point reached from now on (1 is the next), or every point that matches. */
export type Which = number | ((point: Point) => boolean);

interface Trap {
  readonly which: Which;
  readonly since: number;
  /** The error to fail with, or undefined to hang until the signal. */
  readonly spring: () => VifError | undefined;
}

/** The points that were reached, and what should happen at future ones. */
export class Points {
  readonly log: Point[] = [];
  #traps: Trap[] = [];
  readonly #listeners = new Set<(point: Point) => void>();

  /** Calls a function soon after each point that is reached. The returned function cancels this. */
  listen(listener: (point: Point) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fails the point with this error; its work is not done. */
  failAt(which: Which, error: VifError): void {
    this.#set(which, () => error);
  }

  /**
   * The work at the point does not end before the call's signal fires.
   * @param reached is called once it hangs
   */
  hangAt(which: Which, reached: () => void = () => {}): void {
    const spring = () => {
      reached();
      return undefined;
    };
    this.#set(which, spring);
  }

  /** @throws VifError INVALID_OPTIONS for a point that could never be reached */
  #set(which: Which, spring: Trap['spring']): void {
    if (typeof which !== 'function' && !(Number.isSafeInteger(which) && which > 0)) {
      throw new VifError(
        'INVALID_OPTIONS',
        'A point is given by a function, or by its number: 1 is the next',
      );
    }
    this.#traps.push({ which, since: this.log.length, spring });
  }

  /** Lets everything succeed again. */
  clear(): void {
    this.#traps = [];
  }

  /**
   * Call this before doing the work of a point.
   * @returns the error to fail with, if it should fail
   * @throws VifError TIMEOUT, ABORTED when the signal fires, if it should hang
   */
  async reach(point: Point, signal: AbortSignal): Promise<VifError | undefined> {
    if (signal.aborted) throw signalError(signal, point.what);
    const number = this.log.push(point);
    for (const listener of this.#listeners) setImmediate(listener, point);
    const trap = this.#traps.find(({ which, since }) =>
      typeof which === 'number' ? number === since + which : which(point),
    );
    if (!trap) return undefined;
    return trap.spring() ?? untilFired(signal, point.what);
  }
}

/**
 * Never resolves.
 * @throws VifError TIMEOUT, ABORTED when the signal fires
 */
export function untilFired(signal: AbortSignal, doing: string): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signalError(signal, doing));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
