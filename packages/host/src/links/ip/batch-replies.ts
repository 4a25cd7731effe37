import type { Question } from '../../commands/program-session.js';

/** A command that `ip` does not have: its complaint tells that all lines before it are done. */
const FENCE = 'fence';

/** `ip` counts the lines that a process of it has read, from its start. */
const FAILURE = /^Command failed [^:]*:(\d+)$/;

export interface BatchOptions {
  /** How many lines the process was told before. */
  readonly told: number;
  /** A fence is put behind as many lines. */
  readonly window: number;
  /** Without fences, that all lines are done shows by what they print; unless given, there are fences. */
  readonly isFenced?: boolean;
}

/**
 * Lines for `ip -batch`, and what it says about them on standard error, told line by line. A fence behind the last of
 * them tells that they are done. Another stands before the first that a process is told: it tells that `ip` has started,
 * and what a root helper said by then is not about a line.
 */
export class BatchReplies implements Question {
  readonly #script: readonly string[];
  /** By place in the script: how many lines stand before it. */
  readonly #before: readonly number[];
  readonly #complaints = new Map<number, string>();
  readonly #remarks: string[] = [];
  #first: number | undefined;
  #done = 0;
  #words: string[] = [];

  constructor(
    readonly lines: readonly string[],
    { told, window, isFenced = true }: BatchOptions,
  ) {
    const script: string[] = [];
    const before: number[] = [];
    const fence = (done: number) => {
      script.push(FENCE);
      before.push(done);
    };
    if (isFenced && told === 0) fence(0);
    else this.#first = told + 1;
    for (const [i, line] of lines.entries()) {
      script.push(line);
      before.push(i);
      if (isFenced && ((i + 1) % window === 0 || i + 1 === lines.length)) fence(i + 1);
    }
    this.#script = script;
    this.#before = before;
  }

  /** How many lines that `ip` is told. */
  get length(): number {
    return this.#script.length;
  }

  /** What `ip` is to be told. */
  get script(): string {
    return `${this.#script.join('\n')}\n`;
  }

  /** Whether `ip` has read anything at all. */
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

  /** How many lines failed. */
  get failed(): number {
    return this.#complaints.size;
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
  hear(said: string, from: 'stdout' | 'stderr'): boolean {
    if (from === 'stdout') return false;
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
