import { signalError } from '@vifkit/engine/time';
import type { Inputs, Piece } from './open-requests.js';
import type { Input } from './request.js';

/** Requests that were read together. */
export interface Batch {
  readonly inputs: readonly Input[];
  /** Whether no more follow. */
  readonly isLast: boolean;
}

/**
 * The maximum number of bytes of a batch in memory: about three thousand of Nova's requests. Maliciously crafted JSON
 * takes many times its size.
 */
const maxBatchBytes = 16 * 1024 * 1024;

/**
 * Milliseconds that a batch waits for more requests. A file, or a program that writes them at once, is faster than
 * that.
 */
const patience = 20;

/** How much is still read after the signal has fired: this many requests, or 1024 times this many characters. */
const maxAfterSignal = 10_000;

/**
 * Reads requests in batches, not beyond the requested batch. A batch has the requests that are available at once, at
 * most `size`: none waits for one that has not been written yet.
 *
 * After the signal fires it does not wait any longer. What is available is still returned, followed by an error for the
 * rest.
 *
 * @throws InputError if it cannot be read
 */
export async function* readRequests(given: Inputs, size: number, signal: AbortSignal): AsyncGenerator<Batch> {
  const pieces = given[Symbol.asyncIterator]();
  const batch = new Gathered(size);
  let next: Promise<IteratorResult<Piece>> | undefined;
  let afterSignal = 0;
  try {
    for (;;) {
      next ??= pieces.next();
      const hasFired = signal.aborted;
      const piece = await within(next, signal, hasFired || !batch.isEmpty ? patience : undefined);
      if (hasFired && (piece === undefined || afterSignal > maxAfterSignal)) {
        batch.add({
          error: signalError(
            signal,
            'reading the requests; those that follow were not handled: give them again',
          ),
          size: 0,
        });
        break;
      }
      if (piece === undefined) {
        if (!signal.aborted) yield batch.take();
        continue;
      }
      next = undefined;
      if (piece.done) break;
      const { inputs, length } = piece.value;
      if (hasFired) afterSignal += length / 1024;
      for (const input of inputs) {
        if (batch.isFull) yield batch.take();
        batch.add(input);
        if (hasFired) afterSignal += 1;
      }
    }
    if (!batch.isEmpty) yield batch.take(true);
  } catch (error) {
    if (!batch.isEmpty) yield batch.take(true);
    throw error;
  } finally {
    given.close();
    next?.catch(() => {}); // it was abandoned
  }
}

/** The requests of a batch that is still being collected. */
class Gathered {
  #inputs: Input[] = [];
  #bytes = 0;

  constructor(private readonly size: number) {}

  get isEmpty(): boolean {
    return this.#inputs.length === 0;
  }

  get isFull(): boolean {
    return this.#inputs.length >= this.size || this.#bytes >= maxBatchBytes;
  }

  add(input: Input): void {
    this.#inputs.push(input);
    this.#bytes += input.size;
  }

  take(isLast = false): Batch {
    const inputs = this.#inputs;
    this.#inputs = [];
    this.#bytes = 0;
    return { inputs, isLast };
  }
}

/** The promise's value; undefined if it takes too long, or when the signal fires. */
function within<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  milliseconds: number | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(undefined);
    const timer = milliseconds === undefined ? undefined : setTimeout(giveUp, milliseconds);
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    });
  });
}
