// Several measurements of one thing.

/** Least, middle and greatest of some numbers, of which there is at least one. */
export function summarise(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, least: sorted[0], greatest: sorted.at(-1) };
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
