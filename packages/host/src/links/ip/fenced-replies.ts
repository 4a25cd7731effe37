/** A command that `ip` does not have: its complaint tells that all lines before it are done. */
const FENCE = 'fence';

/** Lines with a fence before the first of them, and behind each. */
export function fenced(lines: readonly string[]): string {
  return `${[FENCE, ...lines.flatMap((line) => [line, FENCE])].join('\n')}\n`;
}

/** What `ip` says about fenced lines, told line by line. */
export class FencedReplies {
  /** Before the first fence, between two of them each, and behind the last one. */
  readonly #texts: string[][] = [[]];
  #isAtFence = false;

  /** @param count how many lines it was told, without the fences */
  constructor(private readonly count: number) {}

  /** Takes note of what it says on standard error. @returns whether that is all */
  hear(said: string): boolean {
    if (this.#isAtFence) {
      this.#isAtFence = false; // `Command failed`, for the fence
      this.#texts.push([]);
      return this.#texts.length === this.count + 2;
    }
    if (said.startsWith(`Object "${FENCE}" is unknown`)) this.#isAtFence = true;
    else this.#texts.at(-1)?.push(said);
    return false;
  }

  /** Whether it got as far as the first fence. */
  get hasStarted(): boolean {
    return this.#texts.length > 1;
  }

  /** What it said to each line that it has come to the end of. */
  get replies(): readonly (readonly string[])[] {
    return this.#texts.slice(1, -1);
  }

  /** What it said before the first fence. */
  get firstWords(): readonly string[] {
    return this.#texts[0] ?? [];
  }

  /** What it said behind the last fence that it came to. */
  get lastWords(): readonly string[] {
    return this.#texts.at(-1) ?? [];
  }
}
