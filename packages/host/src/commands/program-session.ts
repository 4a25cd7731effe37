import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CommandResult } from '@vifkit/core/step-kinds';
import { signalError } from '@vifkit/engine/time';
import { requireDescriptors } from './descriptors.js';
import { calledOff, OUTPUT_DELAY } from './process-group.js';
import type { ProgramOptions } from './run-program.js';

/** Milliseconds in which a program ends that has come to the end of its input. */
const PATIENCE = 500;

/** Something that a program is told, and what it says to that. */
export interface Question {
  /** Whole lines. */
  readonly script: string;
  /** How many there are. */
  readonly length: number;
  /** Takes note of a line that the program says. @returns whether that was the last of it */
  hear(line: string, from: 'stdout' | 'stderr'): boolean;
}

/** For how long a program is asked, and what for. */
export type AskedFor = Pick<ProgramOptions, 'signal' | 'doing'>;

type Ending = Omit<CommandResult, 'stdout' | 'stderr'>;

/** What a program said to what it was told. */
export interface Answer {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** How it ended, if it has. */
  readonly ended: Ending | undefined;
}

/**
 * A running program that is told something on standard input, time and again, and says something about all of it. It
 * keeps this process alive only while it is asked, and ends with it.
 */
export class ProgramSession {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #life = new AbortController();
  readonly #ended: Promise<Ending>;
  /** Nothing more can be done about ending it. */
  readonly #givenUp: Promise<undefined>;
  #hear: (line: string, from: 'stdout' | 'stderr') => void = () => {};
  #isOver = false;
  #since: number | undefined;
  #told = 0;

  /** @throws VifError DESCRIPTORS_EXHAUSTED */
  constructor([program, ...args]: readonly [string, ...string[]]) {
    requireDescriptors(program);
    const settled = new AbortController();
    this.#child = spawn(program, args, { stdio: 'pipe', detached: true });
    this.#ended = endOf(this.#child);
    void this.#ended.then(() => {
      this.#isOver = true;
      settled.abort();
    });
    this.#givenUp = calledOff(this.#child.pid, this.#life.signal, settled.signal);
    this.#child.stdin.on('error', () => {}); // its end tells more
    for (const from of ['stdout', 'stderr'] as const) {
      onLines(this.#child[from], (line) => this.#hear(line, from));
    }
    this.#hold(false);
  }

  /** Whether it has ended, as far as this process was told. */
  get isOver(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return this.#isOver || pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** Milliseconds since it was asked for the first time; undefined until then. */
  get age(): number | undefined {
    return this.#since === undefined ? undefined : performance.now() - this.#since;
  }

  /** How many lines it was told. */
  get told(): number {
    return this.#told;
  }

  /**
   * Tells it something, and waits until it has answered, or ended. It is asked one thing at a time.
   * @param isFinal nothing more will be asked: its input ends, and its end is waited for
   * @throws VifError TIMEOUT, ABORTED; the program is ended then
   */
  async ask(question: Question, { signal, doing }: AskedFor, isFinal: boolean): Promise<Answer> {
    const said = { stdout: [] as string[], stderr: [] as string[] };
    const callOff = () => this.#life.abort(signal.reason);
    signal.addEventListener('abort', callOff, { once: true });
    this.#since ??= performance.now();
    this.#hold(true);
    try {
      const answered = new Promise<undefined>((resolve) => {
        this.#hear = (line, from) => {
          said[from].push(line);
          if (question.hear(line, from)) resolve(undefined);
        };
      });
      this.#told += question.length;
      if (isFinal) this.#child.stdin.end(question.script);
      else this.#child.stdin.write(question.script);
      const over = isFinal ? [] : [answered];
      const ended = await Promise.race([...over, this.#ended, this.#givenUp]);
      if (signal.aborted) throw signalError(signal, doing);
      return { ...said, ended };
    } finally {
      signal.removeEventListener('abort', callOff);
      this.#hear = () => {};
      this.#hold(false);
    }
  }

  /** Ends its input, and waits for its end. One that does not care is ended. */
  async end(): Promise<void> {
    this.#hold(true);
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#life.abort(), PATIENCE);
    await Promise.race([this.#ended, this.#givenUp]);
    clearTimeout(timer);
  }

  #hold(keepsAlive: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    // The pipes of a child are sockets, though their types do not say so.
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
    child.once('exit', () => {
      const letGo = () => [child.stdout, child.stderr].map((pipe) => pipe.destroy());
      setTimeout(letGo, OUTPUT_DELAY).unref(); // what it leaves behind may hold them open for ever
    });
    child.once('close', (code, signal) => {
      resolve({
        exitCode: code ?? undefined,
        missing: false,
        ...(signal && { ending: `was ended by ${signal}` }),
      });
    });
  });
}

function onLines(stream: Readable, hear: (line: string) => void): void {
  // Of a line that has not ended, what has come of it: a list of links is one of a megabyte, and comes in many pieces.
  let pieces: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...others] = text.split('\n');
    pieces.push(first);
    const rest = others.pop();
    if (rest === undefined) return;
    const whole = pieces.join('');
    pieces = [rest];
    for (const line of [whole, ...others]) hear(line);
  });
  stream.on('end', () => {
    const rest = pieces.join('');
    if (rest) hear(rest);
  });
}
