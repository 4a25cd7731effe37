import type { Look } from './look.js';

/** One promise of a plugin, about one request or plugin. */
export interface Case {
  /** The subject of the promise: a request's name, or `plugin 'acme'`. */
  readonly subject: string;
  /** The promise, by a stable name. */
  readonly promise: string;
  /** The promise in words. */
  readonly says: string;
  /** Why there is nothing to check, if so: a case without any check would always hold. */
  readonly inapplicable?: string | undefined;
  /** @throws Error if it does not hold */
  run(look: Look): Promise<void>;
}

/**
 * The reason, if the list turns out to be empty. If the list cannot be determined, the case applies, and fails because
 * of that.
 */
export async function ifEmpty(
  list: Promise<readonly unknown[]>,
  reason: string,
): Promise<string | undefined> {
  return await list.then(
    ({ length }) => (length === 0 ? reason : undefined),
    () => undefined,
  );
}
