import type { VifError } from '@vifkit/core';
import { signalError } from '@vifkit/engine/time';

/** A place at which a call on a memory host can be made to fail or hang. */
export interface Point {
  /**
   * `wiring` stands for ovs-vswitchd's work on what is in the database, `custom` for vendors' own code; all others are
   * writes of the host.
   */
  readonly part: 'links' | 'ovs' | 'wiring' | 'commands' | 'filters' | 'vfs' | 'custom';
  /** What is done there, as in `add tap0` or `mm-ctl --bind-port ...`. */
  readonly what: string;
}

/** The n-th point reached from now on (1 is the next), or every one that fits. */
export type Which = number | ((point: Point) => boolean);

interface Trap {
  readonly which: Which;
  readonly since: number;
  /** The error to fail with, or undefined to hang until the signal. */
  readonly spring: () => VifError | undefined;
}

/** The points that were reached, and what is to happen at those to come. */
export class Points {
  readonly log: Point[] = [];
  #traps: Trap[] = [];
  readonly #listeners = new Set<() => void>();

  /** Calls a function soon after each point that is reached. The function returned takes that back. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fails the point with this error; what it stands for is not done. */
  failAt(which: Which, error: VifError): void {
    this.#traps.push({ which, since: this.log.length, spring: () => error });
  }

  /**
   * What is done at the point does not end before the call's signal fires.
   * @param reached is called once it hangs
   */
  hangAt(which: Which, reached: () => void = () => {}): void {
    const spring = () => {
      reached();
      return undefined;
    };
    this.#traps.push({ which, since: this.log.length, spring });
  }

  /** Lets all go well again. */
  clear(): void {
    this.#traps = [];
  }

  /**
   * To be called before anything is done.
   * @returns the error to fail with, if it is to fail
   * @throws VifError TIMEOUT, ABORTED once the signal fires, if it is to hang
   */
  async reach(point: Point, signal: AbortSignal): Promise<VifError | undefined> {
    if (signal.aborted) throw signalError(signal, point.what);
    const number = this.log.push(point);
    for (const listener of this.#listeners) setImmediate(listener);
    const trap = this.#traps.find(({ which, since }) =>
      typeof which === 'number' ? number === since + which : which(point),
    );
    if (!trap) return undefined;
    return trap.spring() ?? untilFired(signal, point.what);
  }
}

/** Never ends well. @throws VifError TIMEOUT, ABORTED once the signal fires */
export function untilFired(signal: AbortSignal, doing: string): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signalError(signal, doing));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
