import type { HostLocks } from '@vifkit/engine';
import { untilFired } from './kernel/points.js';

/** Locks between the calls of one process. */
export class MemoryLocks implements HostLocks {
  /** By key: settles when its holder releases it. */
  readonly #held = new Map<string, Promise<void>>();

  async acquire(keys: readonly string[], signal: AbortSignal): Promise<() => Promise<void>> {
    const releases: (() => Promise<void>)[] = [];
    const release = async () => {
      for (const each of releases) await each();
    };
    try {
      for (const key of [...new Set(keys)].sort()) releases.push(await this.#acquireOne(key, signal));
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  }

  async tryAcquire(key: string): Promise<(() => Promise<void>) | undefined> {
    return this.#take(key);
  }

  async #acquireOne(key: string, signal: AbortSignal): Promise<() => Promise<void>> {
    for (;;) {
      const taken = this.#take(key);
      if (taken) return taken;
      await Promise.race([this.#held.get(key), untilFired(signal, `waiting for the lock on ${key}`)]);
    }
  }

  #take(key: string): (() => Promise<void>) | undefined {
    if (this.#held.has(key)) return undefined;
    let letGo = () => {};
    this.#held.set(
      key,
      new Promise((resolve) => {
        letGo = resolve;
      }),
    );
    return async () => {
      this.#held.delete(key);
      letGo();
    };
  }
}
