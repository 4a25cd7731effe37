const waiting: (() => void)[] = [];

/**
 * Puts off the decorators of class-validator that come of a declaration. There are many hundreds of them, at every start,
 * and class-validator is only asked about objects that are wrong: see `quick-check`.
 */
export function decorateLater(decorate: () => void): void {
  waiting.push(decorate);
}

/** Catches up on them, before class-validator is asked. */
export function decorateNow(): void {
  for (const decorate of waiting.splice(0)) decorate();
}
