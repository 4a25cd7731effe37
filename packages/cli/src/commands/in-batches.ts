/** Large enough for the requests of a batch to share what they can, small enough for a progress bar to move. */
export const batchSize = 200;

/** The items in lists of at most {@link batchSize}. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}
