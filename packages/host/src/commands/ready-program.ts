import { setImmediate } from 'node:timers';
import { signalError } from '@vifkit/core';
import {
  type ProgramOptions,
  type ProgramResult,
  programStarter,
  type RunningProgram,
  resultOf,
  type StartProgram,
} from './run-program.js';

/**
 * A program that is told on standard input what to do, and says something about all that it does. Processes of it
 * are started ahead of the calls that need them: a call then only writes to an open pipe. Each does one call's
 * work and ends. Those that wait do not keep this process alive, and end with it.
 */
export class ReadyProgram {
  readonly #argv: readonly [string, ...string[]];
  readonly #ahead: number;
  #waiting: RunningProgram[] = [];
  #closed = false;

  /** @param ahead how many processes wait between calls; none until the first call */
  constructor(argv: readonly [string, ...string[]], ahead: number) {
    this.#argv = argv;
    this.#ahead = ahead;
  }

  /**
   * Has a process do this, and waits for its end.
   * @throws VifError TIMEOUT, ABORTED; the process is ended then
   */
  async run(input: string, { signal, doing }: Omit<ProgramOptions, 'input'>): Promise<ProgramResult> {
    const start = await programStarter();
    if (signal.aborted) throw signalError(signal, doing);
    try {
      const ready = this.#take();
      const result = ready && (await work(ready, input, { signal, doing }));
      // One that somebody ended while it waited has not done anything.
      if (result && (result.exitCode !== undefined || result.stdout || result.stderr)) return result;
      return await work(start(this.#argv, 'pipe'), input, { signal, doing });
    } finally {
      setImmediate(() => this.#startAhead(start));
    }
  }

  /** Ends the processes that wait. */
  async close(): Promise<void> {
    this.#closed = true;
    const waiting = this.#waiting.splice(0);
    await Promise.all(
      waiting.map((running) => {
        hold(running);
        running.stdin.end();
        return running;
      }),
    );
  }

  #take(): RunningProgram | undefined {
    this.#waiting = this.#waiting.filter(isAlive);
    const running = this.#waiting.shift();
    if (running) hold(running);
    return running;
  }

  #startAhead(start: StartProgram): void {
    while (!this.#closed && this.#waiting.length < this.#ahead) {
      const running = start(this.#argv, 'pipe');
      running.stdin.on('error', () => {}); // it may end before it is given anything
      running.unref();
      for (const pipe of pipesOf(running)) pipe.unref?.();
      this.#waiting.push(running);
    }
  }
}

function work(
  running: RunningProgram,
  input: string,
  options: Pick<ProgramOptions, 'signal' | 'doing'>,
): Promise<ProgramResult> {
  running.stdin.on('error', () => {}); // its end tells more
  running.stdin.end(input);
  return resultOf(running, options);
}

function isAlive({ pid, exitCode, signalCode }: RunningProgram): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** Keeps this process alive until the other one ends. */
function hold(running: RunningProgram): void {
  running.ref();
  for (const pipe of pipesOf(running)) pipe.ref?.();
}

/** The pipes of a child are sockets, though execa's types do not say so. */
function pipesOf({ stdin, stdout, stderr }: RunningProgram): { ref?(): void; unref?(): void }[] {
  return [stdin, stdout, stderr] as { ref?(): void; unref?(): void }[];
}
