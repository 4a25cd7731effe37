/** A command that `ip` does not have: its complaint tells that all lines before it are done. */
const FENCE = 'fence';

/** `ip` counts the lines that a process of it has read, from its start. */
const FAILURE = /^Command failed [^:]*:(\d+)$/;

/**
 * Lines for `ip -batch`, with fences before the first and behind the last of them, and what it says about them on
 * standard error, told line by line.
 */
export class BatchReplies {
  readonly #script: readonly string[];
  /** By place in the script: how many lines stand before it. */
  readonly #before: readonly number[];
  readonly #complaints = new Map<number, string>();
  readonly #remarks: string[] = [];
  #first: number | undefined;
  #done = 0;
  #words: string[] = [];

  /** @param window a fence is put behind as many lines, too */
  constructor(
    readonly lines: readonly string[],
    window: number,
  ) {
    const script = [FENCE];
    const before = [0];
    for (const [i, line] of lines.entries()) {
      script.push(line);
      before.push(i);
      if ((i + 1) % window > 0 && i + 1 < lines.length) continue;
      script.push(FENCE);
      before.push(i + 1);
    }
    this.#script = script;
    this.#before = before;
  }

  /** What `ip` is to be told. */
  get script(): string {
    return `${this.#script.join('\n')}\n`;
  }

  /** Whether `ip` got as far as the first fence. */
  get hasStarted(): boolean {
    return this.#first !== undefined;
  }

  /** How many lines are known to be carried out, or to have failed. */
  get done(): number {
    return this.#done;
  }

  /** What it said about a line, if that failed. */
  complaintOf(line: number): string | undefined {
    return this.#complaints.get(line);
  }

  /** What it said about lines that failed. */
  get complaints(): readonly string[] {
    return [...this.#complaints.values()];
  }

  /** What else it said, up to the last fence. */
  get remarks(): readonly string[] {
    return this.#remarks;
  }

  /** What it said last, and about no line or fence that it got to the end of. */
  get lastWords(): string {
    return wordingOf(this.#words);
  }

  /** Takes note of what it says. @returns whether that was the last of it */
  hear(said: string): boolean {
    const number = Number(FAILURE.exec(said)?.[1]);
    if (Number.isNaN(number)) {
      if (said.trim()) this.#words.push(said);
      return false;
    }
    this.#first ??= number;
    const place = number - this.#first;
    const isFence = this.#script[place] === FENCE;
    const before = this.#before[place] ?? 0;
    if (isFence) this.#remarks.push(...this.#words.slice(0, -1));
    else this.#complaints.set(before, wordingOf(this.#words));
    this.#done = isFence ? before : before + 1;
    this.#words = [];
    return place === this.#script.length - 1;
  }
}

function wordingOf(words: readonly string[]): string {
  return words.join('; ') || '`ip` ended without a word';
}
