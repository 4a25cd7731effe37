import type { CheckResult, Connection } from '@vifkit/engine';

/** The legs that are not sound, in words, as in `broken veth qvb0a1b2c3d-4e`. */
export function told({ connection }: { readonly connection?: Connection | undefined }): string[] {
  return (connection?.legs ?? [])
    .filter(({ state }) => state !== 'sound')
    .map(({ leg, name, state }) => `${state} ${leg} ${name}`);
}

/** One way that was broken, and what came of it. */
interface Line {
  readonly what: string;
  /** What check told of it. */
  readonly legs: readonly string[];
  /** Whether check printed a ✓ all the same. */
  readonly isFalse: boolean;
  /** What a plug made of it. */
  readonly plug: string;
}

/** What was broken, and how often check did not notice; for whoever reads the log of the tests. */
export class BreakTable {
  readonly #lines: Line[] = [];

  note(what: string, check: CheckResult, plug: string): void {
    const { connection, differences } = check;
    const isFalse = connection?.state === 'sound' && differences.length === 0;
    this.#lines.push({ what, legs: told(check), isFalse, plug });
  }

  /** How many ways were broken of which check said ✓. */
  get falseOnes(): number {
    return this.#lines.filter(({ isFalse }) => isFalse).length;
  }

  toString(): string {
    const rows = this.#lines.map(
      ({ what, legs, isFalse, plug }) =>
        `${isFalse ? 'FALSE ✓' : '✗'} ${what} | ${legs.join(', ')} | plug ${plug}`,
    );
    return [...rows, `${this.#lines.length} breaks, ${this.falseOnes} false ✓`].join('\n');
  }
}
