import { expect } from 'vitest';

/** What a test has injected, and what was found to be left. */
export class Tally {
  readonly #faults = new Map<string, number>();
  readonly #judged = new Map<string, number>();
  readonly #leftOvers: string[] = [];

  constructor(private readonly title: string) {}

  /** @param of whose fault it was, by which it is judged */
  note(of: string, where: string, left: readonly string[]): void {
    this.#faults.set(of, (this.#faults.get(of) ?? 0) + 1);
    this.#leftOvers.push(...left.map((what) => `${of} ${where}: ${what}`));
  }

  /** Expects that something did go wrong since the last judgement, and left nothing. */
  judge(of: string): void {
    expect(this.#faults.get(of) ?? 0, `faults injected: ${of}`).toBeGreaterThan(this.#judged.get(of) ?? 0);
    this.#judged.set(of, this.#faults.get(of) ?? 0);
    expect(this.#leftOvers).toEqual([]);
  }

  /** To be seen in the tests' output. */
  print(): void {
    const faults = [...this.#faults.values()].reduce((sum, each) => sum + each, 0);
    process.stdout.write(`${this.title}: ${faults} faults, ${this.#leftOvers.length} left-overs\n`);
  }
}
