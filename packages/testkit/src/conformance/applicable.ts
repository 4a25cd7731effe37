import { it } from 'vitest';

/**
 * Registers the tests that a plugin has a case for. The others are not registered, and a line says which and why: a
 * test that looks at nothing would be green all the same.
 */
export class Applicable {
  readonly #others = new Map<string, string[]>();

  /** @param reason why the test does not apply, if it does not */
  test(subject: string, name: string, reason: string | undefined, run: () => unknown): void {
    if (reason === undefined) {
      it(name, async () => {
        await run();
      });
      return;
    }
    const key = `${subject} (${reason})`;
    this.#others.set(key, [...(this.#others.get(key) ?? []), name]);
  }

  /** Tells what was not registered. */
  tell(): void {
    const lines = [...this.#others].map(([key, names]) => `not applicable to ${key}: ${names.join('; ')}`);
    if (lines.length > 0) console.info(lines.join('\n'));
  }
}

/** The reason, if the list turns out to be empty. Where it cannot be had, the test applies, and fails for that. */
export async function ifEmpty(
  list: Promise<readonly unknown[]>,
  reason: string,
): Promise<string | undefined> {
  return await list.then(
    ({ length }) => (length === 0 ? reason : undefined),
    () => undefined,
  );
}
