import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CommandResult } from '@vifkit/core/step-kinds';
import { signalError, whenFired } from '@vifkit/engine/time';
import { requireDescriptors } from './descriptors.js';
import { closeOnceQuiet, endGroupOnSignal } from './process-group.js';
import { type Argv, OF_A_CALL, type ProgramOptions } from './run-program.js';

/** Milliseconds that a program has to end once its input has ended. */
const END_TIMEOUT = 500;

/** Input for a program, and the handling of its output. */
export interface Question {
  /** The input, as whole lines. */
  readonly script: string;
  /** The number of lines. */
  readonly length: number;
  /**
   * Processes a line of the program's output.
   * @returns whether that was the last one
   */
  onLine(line: string, from: 'stdout' | 'stderr'): boolean;
}

/** The deadline of a question, and its purpose. */
export type AskedFor = Pick<ProgramOptions, 'signal' | 'doing'>;

/** How a program ended. */
export type Ending = Omit<CommandResult, 'stdout' | 'stderr'>;

/** The output of a program for its input. */
export interface Answer {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** How the program ended, if it has. */
  readonly ended: Ending | undefined;
}

/**
 * A running program that repeatedly reads commands on standard input, and prints something about each. It keeps this
 * process alive only while a question is pending, and ends with it.
 */
export class ProgramSession {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #life = new AbortController();
  readonly #ended: Promise<Ending>;
  /** Resolves when nothing more can be done to end it. */
  readonly #givenUp: Promise<undefined>;
  #onLine: (line: string, from: 'stdout' | 'stderr') => void = () => {};
  #isOver = false;
  #since: number | undefined;
  #linesSent = 0;

  /** @throws VifError DESCRIPTORS_EXHAUSTED */
  constructor([program, ...args]: Argv) {
    requireDescriptors(program);
    const settled = new AbortController();
    this.#child = spawn(program, args, {
      stdio: 'pipe',
      detached: true,
      env: { ...process.env, ...OF_A_CALL },
    });
    this.#ended = endOf(this.#child);
    void this.#ended.then(() => {
      this.#isOver = true;
      settled.abort();
    });
    this.#givenUp = endGroupOnSignal(this.#child.pid, this.#life.signal, settled.signal);
    this.#child.stdin.on('error', () => {}); // how it ends says more
    for (const from of ['stdout', 'stderr'] as const) {
      onLines(this.#child[from], (line) => this.#onLine(line, from));
    }
    this.#hold(false);
  }

  /** Whether it has ended, as far as this process knows. */
  get isOver(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return this.#isOver || pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** Milliseconds since the first question; undefined before that. */
  get age(): number | undefined {
    return this.#since === undefined ? undefined : performance.now() - this.#since;
  }

  /** How many lines it was sent. */
  get linesSent(): number {
    return this.#linesSent;
  }

  /**
   * Sends a question, and waits until the program has answered or ended. Only one question may be pending at a time.
   * @param isFinal this is the last question: closes its input, and waits for its end
   * @throws VifError TIMEOUT, ABORTED; the program is then ended
   */
  async ask(question: Question, { signal, doing }: AskedFor, isFinal: boolean): Promise<Answer> {
    const output = { stdout: [] as string[], stderr: [] as string[] };
    const leave = whenFired(signal, () => this.#life.abort());
    this.#since ??= performance.now();
    this.#hold(true);
    try {
      const answered = new Promise<undefined>((resolve) => {
        this.#onLine = (line, from) => {
          output[from].push(line);
          if (question.onLine(line, from)) resolve(undefined);
        };
      });
      this.#linesSent += question.length;
      if (isFinal) this.#child.stdin.end(question.script);
      else this.#child.stdin.write(question.script);
      const over = isFinal ? [] : [answered];
      const ended = await Promise.race([...over, this.#ended, this.#givenUp]);
      if (signal.aborted) throw signalError(signal, doing);
      return { ...output, ended };
    } finally {
      leave();
      this.#onLine = () => {};
      this.#hold(false);
    }
  }

  /** Closes its input, and waits for its end. A program that ignores that is ended. */
  async end(): Promise<void> {
    this.#hold(true);
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#life.abort(), END_TIMEOUT);
    await Promise.race([this.#ended, this.#givenUp]);
    clearTimeout(timer);
  }

  #hold(keepsAlive: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    // The pipes of a child are sockets, although their types do not say so.
    const pipes: { ref?(): void; unref?(): void }[] = [stdin, stdout, stderr] as object[];
    for (const each of [this.#child, ...pipes]) each[keepsAlive ? 'ref' : 'unref']?.();
  }
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      resolve({ exitCode: undefined, missing, ending: `cannot be started (${error.code})` });
    });
    child.once('exit', () => closeOnceQuiet([child.stdout, child.stderr]));
    child.once('close', (code, signal) => {
      resolve({
        exitCode: code ?? undefined,
        missing: false,
        ...(signal && { ending: `was ended by ${signal}` }),
      });
    });
  });
}

function onLines(stream: Readable, onLine: (line: string) => void): void {
  // The received part of an incomplete line: a list of links is one line of a megabyte, and arrives in many pieces.
  let pieces: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...others] = text.split('\n');
    pieces.push(first);
    const rest = others.pop();
    if (rest === undefined) return;
    const whole = pieces.join('');
    pieces = [rest];
    for (const line of [whole, ...others]) onLine(line);
  });
  stream.on('end', () => {
    const rest = pieces.join('');
    if (rest) onLine(rest);
  });
}
