import type { HostLocks } from '@vifkit/core';
import { untilFired } from './points.js';

/** Locks between the calls of one process. */
export class MemoryLocks implements HostLocks {
  /** By key: ends when all who hold or await it so far are done. */
  readonly #tails = new Map<string, Promise<void>>();

  async acquire(keys: readonly string[], signal: AbortSignal): Promise<() => Promise<void>> {
    const releases: (() => void)[] = [];
    const release = async () => {
      for (const each of releases) each();
    };
    try {
      for (const key of [...new Set(keys)].sort()) {
        const before = this.#tails.get(key) ?? Promise.resolve();
        const held = new Promise<void>((resolve) => releases.push(resolve));
        this.#tails.set(
          key,
          before.then(() => held),
        );
        await Promise.race([before, untilFired(signal, `waiting for the lock on ${key}`)]);
      }
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  }
}
