import { setImmediate } from 'node:timers';
import { signalError } from '@vifkit/engine/time';
import { onceDescriptorsAreFree } from './descriptors.js';
import type { Answer, AskedFor, Question } from './program-session.js';
import { hostPrograms, type Programs, type Session } from './programs.js';
import { type Argv } from './run-program.js';

export interface PoolOptions {
  /** How many unused processes are kept waiting, from the first call on. None by default. */
  readonly ahead?: number;
  /** Milliseconds for which a process is reused; 0 by default: each process is used once, and ends. */
  readonly lifetime?: number;
}

export interface PoolAnswer<Q extends Question> extends Answer {
  /** The question that was asked. */
  readonly question: Q;
  /** How many lines the process was sent before. */
  readonly linesSent: number;
}

interface AskOptions extends AskedFor {
  /** Use a process that has not been used before. */
  readonly fresh?: boolean;
}

/**
 * Processes of a program that reads commands on standard input, and prints something about each. They are started ahead
 * of the calls that need them, and kept for later calls: a call then only writes to an open pipe.
 */
export class ProgramPool {
  readonly #argv: Argv;
  readonly #programs: Programs;
  readonly #ahead: number;
  readonly #lifetime: number;
  #fresh: Session[] = [];
  #used: Session[] = [];
  readonly #ending = new Set<Promise<void>>();
  /** The questions that are not answered yet. A process is ended when its signal fires. */
  readonly #asking = new Map<Promise<Answer>, AbortSignal>();
  #closed = false;

  constructor(argv: Argv, { ahead = 0, lifetime = 0 }: PoolOptions = {}, programs: Programs = hostPrograms) {
    this.#argv = argv;
    this.#programs = programs;
    this.#ahead = ahead;
    this.#lifetime = lifetime;
  }

  /**
   * Sends a question to a process, and waits for its answer.
   * @param ask makes the question, given how many lines the process was sent before
   * @throws VifError TIMEOUT, ABORTED; the process is then ended
   * @throws VifError DESCRIPTORS_EXHAUSTED
   */
  async ask<Q extends Question>(ask: (linesSent: number) => Q, options: AskOptions): Promise<PoolAnswer<Q>> {
    if (options.signal.aborted) throw signalError(options.signal, options.doing);
    try {
      for (;;) {
        const waiting = this.#take(options.fresh);
        const start = () => this.#programs.start(this.#argv);
        const session = waiting ?? (await onceDescriptorsAreFree(start, options.signal));
        const { linesSent } = session;
        const question = ask(linesSent);
        const asking = session.ask(question, options, this.#lifetime === 0);
        this.#asking.set(asking, options.signal);
        const answer = await asking.finally(() => this.#asking.delete(asking));
        this.#keep(session);
        // A process that somebody ended while it waited has not done anything.
        const isUndone = answer.ended && answer.ended.exitCode === undefined && saysNothing(answer);
        if (!waiting || !isUndone) return { ...answer, question, linesSent };
      }
    } finally {
      setImmediate(() => this.#startAhead());
    }
  }

  /** Ends the waiting processes, and waits for the end of those that did not answer in time. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const session of [...this.#fresh.splice(0), ...this.#used.splice(0)]) this.#end(session);
    const late = [...this.#asking].flatMap(([asking, { aborted }]) => (aborted ? asking : []));
    await Promise.all([...this.#ending, Promise.allSettled(late)]);
  }

  #take(fresh = false): Session | undefined {
    this.#fresh = this.#fresh.filter(({ isOver }) => !isOver);
    this.#used = this.#used.filter(({ isOver }) => !isOver);
    return (fresh ? undefined : this.#used.pop()) ?? this.#fresh.shift();
  }

  /** Keeps a process for the next call, for the rest of its lifetime. */
  #keep(session: Session): void {
    if (session.isOver) return;
    const left = this.#lifetime - (session.age ?? 0);
    if (this.#closed || left <= 0) {
      this.#end(session);
      return;
    }
    this.#used.push(session);
    setTimeout(() => {
      if (!this.#used.includes(session)) return; // it is in use, or gone
      this.#used = this.#used.filter((each) => each !== session);
      this.#end(session);
    }, left).unref();
  }

  #end(session: Session): void {
    const ending = session.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #startAhead(): void {
    try {
      while (!this.#closed && this.#fresh.length < this.#ahead) {
        this.#fresh.push(this.#programs.start(this.#argv));
      }
    } catch {
      // No descriptors are left for it. The call that needs one will report that.
    }
  }
}

function saysNothing({ stdout, stderr }: Answer): boolean {
  return stdout.length === 0 && stderr.length === 0;
}
