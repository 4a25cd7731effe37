import type { Question } from '../../commands/program-session.js';

/** A command that `ip` does not have: its error message shows that all lines before it are done. */
const FENCE = 'fence';

/** `ip` numbers the lines that a process has read since its start. */
const FAILURE = /^Command failed [^:]*:(\d+)$/;

export interface BatchOptions {
  /** How many lines the process was sent before. */
  readonly linesSent: number;
  /** A fence follows after this many lines. */
  readonly window: number;
  /** Whether there are fences, which is the default. Without them, the output of the lines shows when all are done. */
  readonly isFenced?: boolean;
}

/**
 * Lines for `ip -batch`, and what it reports about them on standard error, line by line. A fence after the last line
 * shows that all are done. Another fence precedes the first line that a process is sent: it shows that `ip` has
 * started, and that any output so far came from a root helper and does not concern a line.
 */
export class BatchReplies implements Question {
  readonly #script: readonly string[];
  /** By position in the script: how many lines precede it. */
  readonly #before: readonly number[];
  readonly #complaints = new Map<number, string>();
  readonly #remarks: string[] = [];
  #first: number | undefined;
  #done = 0;
  #words: string[] = [];

  constructor(
    readonly lines: readonly string[],
    { linesSent, window, isFenced = true }: BatchOptions,
  ) {
    const script: string[] = [];
    const before: number[] = [];
    const fence = (done: number) => {
      script.push(FENCE);
      before.push(done);
    };
    if (isFenced && linesSent === 0) fence(0);
    else this.#first = linesSent + 1;
    for (const [i, line] of lines.entries()) {
      script.push(line);
      before.push(i);
      if (isFenced && ((i + 1) % window === 0 || i + 1 === lines.length)) fence(i + 1);
    }
    this.#script = script;
    this.#before = before;
  }

  /** How many lines are sent to `ip`. */
  get length(): number {
    return this.#script.length;
  }

  /** The input for `ip`. */
  get script(): string {
    return `${this.#script.join('\n')}\n`;
  }

  /** Whether `ip` has read anything at all. */
  get hasStarted(): boolean {
    return this.#first !== undefined;
  }

  /** How many lines are known to have been carried out, or to have failed. */
  get done(): number {
    return this.#done;
  }

  /** The error message about a line, if that failed. */
  complaintOf(line: number): string | undefined {
    return this.#complaints.get(line);
  }

  /** How many lines failed. */
  get failed(): number {
    return this.#complaints.size;
  }

  /** The error messages about lines that failed. */
  get complaints(): readonly string[] {
    return [...this.#complaints.values()];
  }

  /** Its other output, up to the last fence. */
  get remarks(): readonly string[] {
    return this.#remarks;
  }

  /** Its last output, after the last line or fence that it completed. */
  get lastOutput(): string {
    return wordingOf(this.#words);
  }

  /**
   * Processes a line of its output.
   * @returns whether that was the last one
   */
  onLine(line: string, from: 'stdout' | 'stderr'): boolean {
    if (from === 'stdout') return false;
    const number = Number(FAILURE.exec(line)?.[1]);
    if (Number.isNaN(number)) {
      if (line.trim()) this.#words.push(line);
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
  return words.join('; ') || '`ip` ended without output';
}
