import { signalError } from '@vifkit/core';
import { type ProgramOptions, type ProgramResult, type RunningProgram, resultOf } from './run-program.js';

/** Milliseconds in which a program ends that has come to the end of its input. */
const PATIENCE = 500;

/** Told of each line that a program says. Answers whether it is the last one of what was asked. */
export type IsLastLine = (line: string, from: 'stdout' | 'stderr') => boolean;

/** What a program said to what it was told. */
export interface Answer {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** How it ended, if it has. */
  readonly ended: ProgramResult | undefined;
}

/**
 * A running program that is told something on standard input, time and again, and says something about all of it. It
 * keeps this process alive only while it is asked, and ends with it.
 */
export class ProgramSession {
  readonly #running: RunningProgram;
  readonly #life = new AbortController();
  readonly #ended: Promise<ProgramResult>;
  #hear: (line: string, from: 'stdout' | 'stderr') => void = () => {};
  #isOver = false;
  #since: number | undefined;

  constructor(running: RunningProgram) {
    this.#running = running;
    this.#ended = resultOf(running, { signal: this.#life.signal, doing: 'talking to a program' });
    const over = () => {
      this.#isOver = true;
    };
    this.#ended.then(over, over);
    running.stdin.on('error', () => {}); // its end tells more
    for (const from of ['stdout', 'stderr'] as const) {
      onLines(running[from], (line) => this.#hear(line, from));
    }
    this.#hold(false);
  }

  /** Whether it has ended, as far as this process was told. */
  get isOver(): boolean {
    const { pid, exitCode, signalCode } = this.#running;
    return this.#isOver || pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** Milliseconds since it was asked for the first time; undefined until then. */
  get age(): number | undefined {
    return this.#since === undefined ? undefined : performance.now() - this.#since;
  }

  /**
   * Tells it something, and waits until it has answered, or ended. It is asked one thing at a time.
   * @param isFinal nothing more will be asked: its input ends, and its end is waited for
   * @throws VifError TIMEOUT, ABORTED; the program is ended then
   */
  async ask(
    input: string,
    isLast: IsLastLine,
    { signal, doing }: Pick<ProgramOptions, 'signal' | 'doing'>,
    isFinal: boolean,
  ): Promise<Answer> {
    const said = { stdout: [] as string[], stderr: [] as string[] };
    const callOff = () => this.#life.abort(signal.reason);
    signal.addEventListener('abort', callOff, { once: true });
    this.#since ??= performance.now();
    this.#hold(true);
    try {
      const answered = new Promise<undefined>((resolve) => {
        this.#hear = (line, from) => {
          said[from].push(line);
          if (isLast(line, from)) resolve(undefined);
        };
      });
      if (isFinal) this.#running.stdin.end(input);
      else this.#running.stdin.write(input);
      return { ...said, ended: await (isFinal ? this.#ended : Promise.race([answered, this.#ended])) };
    } catch (error) {
      throw signal.aborted ? signalError(signal, doing) : error;
    } finally {
      signal.removeEventListener('abort', callOff);
      this.#hear = () => {};
      this.#hold(false);
    }
  }

  /** Ends its input, and waits for its end. One that does not care is ended. */
  async end(): Promise<void> {
    this.#hold(true);
    this.#running.stdin.end();
    const timer = setTimeout(() => this.#life.abort(), PATIENCE);
    await this.#ended.catch(() => {});
    clearTimeout(timer);
  }

  #hold(keepsAlive: boolean): void {
    const method = keepsAlive ? 'ref' : 'unref';
    for (const each of [this.#running, ...pipesOf(this.#running)]) each[method]?.();
  }
}

/** The pipes of a child are sockets, though execa's types do not say so. */
function pipesOf({ stdin, stdout, stderr }: RunningProgram): { ref?(): void; unref?(): void }[] {
  return [stdin, stdout, stderr] as { ref?(): void; unref?(): void }[];
}

function onLines(stream: RunningProgram['stdout'], hear: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(line);
  });
  stream.on('end', () => rest && hear(rest));
}
