/** For what is worked out here: results are printed soon, and a progress bar moves. */
export const smallBatch = 100;

/** For what the host is asked: a batch shares one look at its links, one OVSDB transaction, one wait for ovs-vswitchd. */
export const largeBatch = 500;

/** The items in lists of at most this size. */
export function* inBatches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
