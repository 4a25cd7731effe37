import type { CommandResult } from '@vifkit/core/step-kinds';
import { loadCode } from './descriptors.js';
import type { Following } from './follow-program.js';
import { type Answer, type AskedFor, ProgramSession, type Question } from './program-session.js';
import { type Argv, type ProgramOptions, runProgram } from './run-program.js';

/** A running program that repeatedly reads commands on standard input, and prints something about each. */
export interface Session {
  /** How many lines it was sent. */
  readonly linesSent: number;
  /** Milliseconds since the first question; undefined before that. */
  readonly age: number | undefined;
  /** Whether it has ended, as far as is known. */
  readonly isOver: boolean;
  /**
   * Sends a question, and waits until the program has answered or ended. Only one question may be pending at a time.
   * @param isFinal this is the last question: closes its input, and waits for its end
   * @throws VifError TIMEOUT, ABORTED; the program is then ended
   */
  ask(question: Question, options: AskedFor, isFinal: boolean): Promise<Answer>;
  /** Closes its input, and waits for its end. A program that ignores that is ended. */
  end(): Promise<void>;
}

/** Starts programs: on this host, or in memory. */
export interface Programs {
  /**
   * Runs a program to its end.
   * @throws VifError TIMEOUT, ABORTED; the program is then ended
   * @throws VifError DESCRIPTORS_EXHAUSTED
   */
  run(argv: Argv, options: ProgramOptions): Promise<CommandResult>;
  /**
   * Starts a program that reads commands on standard input.
   * @throws VifError DESCRIPTORS_EXHAUSTED
   */
  start(argv: Argv): Session;
  /**
   * Runs a program that prints a line for each event, until the signal fires. It is restarted when it ends, as
   * `ip monitor` does when the kernel has dropped events because there were too many.
   * @returns whether there is such a program, and it could listen
   */
  follow(argv: Argv, following: Following, signal: AbortSignal): Promise<boolean>;
}

export const hostPrograms: Programs = {
  run: runProgram,
  start: (argv) => new ProgramSession(argv),
  async follow(argv, following, signal) {
    const { followProgram } = await loadCode(() => import('./follow-program.js')); // needed only to watch the host
    return followProgram(argv, following, signal);
  },
};
