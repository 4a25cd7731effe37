import assert from 'node:assert/strict';

/** Assertions that are independent of a test runner. It counts them, since a case without any would always hold. */
export class Look {
  count = 0;

  /** Two values of plain data are equal, key by key; an undefined key counts as missing. */
  equal(actual: unknown, expected: unknown, what: string): void {
    this.#tell(what, () => assert.deepEqual(plain(actual), plain(expected)));
  }

  /** The very same. */
  same(actual: unknown, expected: unknown, what: string): void {
    this.#tell(what, () => assert.equal(actual, expected));
  }

  none(list: readonly unknown[], what: string): void {
    this.#tell(what, () => assert.deepEqual(plain(list), []));
  }

  some(list: readonly unknown[], what: string): void {
    this.#tell(what, () => assert.notEqual(list.length, 0));
  }

  includes(list: readonly unknown[], value: unknown, what: string): void {
    this.#tell(what, () =>
      assert.ok(list.includes(value), `${String(value)} is not among ${list.join(', ')}`),
    );
  }

  holds(condition: boolean, what: string): void {
    this.#tell(what, () => assert.ok(condition, 'this is not the case'));
  }

  /** @throws Error if nothing was compared: such a case would always hold */
  end(): void {
    if (this.count === 0) throw new Error('Nothing could be compared, so this was not shown');
  }

  #tell(what: string, look: () => void): void {
    this.count += 1;
    try {
      look();
    } catch (error) {
      if (error instanceof Error) error.message = `${what}: ${error.message}`;
      throw error;
    }
  }
}

/** Plain data without keys that are undefined; values that JSON cannot represent are replaced by their names. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'function') return undefined;
    if (typeof each === 'bigint') return `${each}n`;
    if (each instanceof Map) return [...each];
    if (each instanceof Set) return [...each];
    return each;
  });
  return text === undefined ? undefined : JSON.parse(text);
}
