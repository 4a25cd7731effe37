import { setImmediate } from 'node:timers/promises';
import { asVifError, VifError } from '@vifkit/core';
import { quote } from '@vifkit/core/internal';
import { signalError, withDeadline, withinDeadline } from '../time/deadline.js';
import type { CallOptions, CallTimes } from './call-options.js';
import type { Settled } from './results.js';

/** Many requests: a list, or something that yields them one by one, such as a stream. */
export type Requests<R> = Iterable<R> | AsyncIterable<R>;

/** More would not fit into memory together with their results. */
const MAX_REQUESTS = 1_000_000;

/** The largest batch that is read from a stream. */
const MAX_BATCH = 500;

type Done<T> = (result: Settled<T>, index: number) => void;

type RunBatch<T> = (
  batch: readonly unknown[],
  times: CallTimes<CallOptions>,
  done: Done<T>,
) => Promise<Settled<T>[]>;

/**
 * Runs all requests of a list at once. A source that yields requests is read as they are run: a batch has those that
 * are available at once, and at most one request is read ahead while it runs. A source that cannot be read to its end
 * has one more result, without an id, for all requests that were not read.
 * @throws VifError INVALID_REQUEST if these are not requests
 */
export async function inBatches<T>(
  given: Requests<unknown>,
  times: CallTimes<CallOptions>,
  done: Done<T>,
  run: RunBatch<T>,
): Promise<Settled<T>[]> {
  if (isList(given)) return run(readList(given), times, done);
  const source = sourceOf(given);
  const end = performance.now() + times.timeout;
  return withDeadline(times.timeout, times.signal, async (signal) => {
    const results: Settled<T>[] = [];
    for await (const batch of batchesOf(source, signal)) {
      const first = results.length;
      if ('error' in batch) {
        const error = asVifError(batch.error, 'INVALID_REQUEST', 'The next request cannot be read');
        results.push({ ok: false, id: null, error });
        done({ ok: false, id: null, error }, first);
        break;
      }
      const timeout = Math.max(end - performance.now(), 1);
      const settled = await run(batch.requests, { ...times, timeout }, (result, i) =>
        done(result, first + i),
      );
      results.push(...settled);
    }
    return results;
  });
}

/** @throws VifError INVALID_REQUEST for a revoked proxy, which cannot be inspected */
function isList(given: Requests<unknown>): given is readonly unknown[] {
  try {
    return Array.isArray(given);
  } catch (error) {
    throw asVifError(error, 'INVALID_REQUEST', 'The list of requests cannot be read');
  }
}

function readList(requests: readonly unknown[]): readonly unknown[] {
  try {
    const { length } = requests;
    if (length > MAX_REQUESTS) {
      const text = `There are more than ${MAX_REQUESTS} requests; give them in parts`;
      throw new VifError('INVALID_REQUEST', text);
    }
    return Array.from({ length }, (_, i): unknown => requests[i]);
  } catch (error) {
    throw asVifError(error, 'INVALID_REQUEST', 'The list of requests cannot be read'); // a proxy
  }
}

/** One reading of a source: another request, the end, or why it cannot be read. */
type Read = { readonly request: unknown } | Unreadable | 'end';

interface Unreadable {
  readonly error: unknown;
}

interface Source {
  next(): Promise<Read>;
  /** Tells the source that nothing more will be read. Does not wait for it. */
  leave(): void;
}

function sourceOf(given: unknown): Source {
  const iterator = iteratorOf(given);
  if (!iterator) {
    const text = `The requests must be a list, or something that yields them, not ${quote(given)}`;
    throw new VifError('INVALID_REQUEST', text);
  }
  return {
    async next() {
      try {
        const { done, value } = await iterator.next();
        return done ? 'end' : { request: value };
      } catch (error) {
        return { error };
      }
    },
    leave() {
      const leaving = async () => iterator.return?.();
      leaving().catch(() => {}); // there is nobody to report it to
    },
  };
}

function iteratorOf(given: unknown): AsyncIterator<unknown> | Iterator<unknown> | undefined {
  if (typeof given !== 'object' || given === null) return undefined; // a string is iterable too
  try {
    const { [Symbol.asyncIterator]: ofStream, [Symbol.iterator]: ofList } = given as Partial<
      AsyncIterable<unknown> & Iterable<unknown>
    >;
    const begin: unknown = ofStream ?? ofList;
    const iterator: unknown = typeof begin === 'function' ? begin.call(given) : undefined;
    return isIterator(iterator) ? iterator : undefined;
  } catch (error) {
    throw asVifError(error, 'INVALID_REQUEST', 'The requests cannot be read'); // a proxy
  }
}

function isIterator(value: unknown): value is Iterator<unknown> | AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function';
}

type Batch = { readonly requests: readonly unknown[] } | Unreadable;

/** Yields what is available at once as a batch, repeatedly, until the source ends or cannot be read. */
async function* batchesOf(source: Source, signal: AbortSignal): AsyncGenerator<Batch> {
  let next = source.next();
  let read: Read | undefined;
  try {
    while (read !== 'end') {
      read = await nextBeforeDeadline(next, signal);
      const requests: unknown[] = [];
      const turn = setImmediate(undefined);
      while (typeof read === 'object' && 'request' in read) {
        requests.push(read.request);
        next = source.next();
        read = requests.length < MAX_BATCH ? await Promise.race([next, turn]) : undefined;
      }
      if (requests.length > 0) yield { requests };
      if (typeof read === 'object') yield read;
    }
  } finally {
    if (read !== 'end') source.leave();
  }
}

/** The next request. Once the call's deadline has passed, nothing more is awaited. */
async function nextBeforeDeadline(next: Promise<Read>, signal: AbortSignal): Promise<Read> {
  const doing = 'waiting for the next request';
  try {
    if (signal.aborted) throw signalError(signal, doing); // even if it is available
    return await withinDeadline(next, signal, doing);
  } catch (error) {
    return { error };
  }
}
