import type { Following } from './follow-program.js';
import { type Answer, type AskedFor, ProgramSession, type Question } from './program-session.js';
import { type ProgramOptions, type ProgramResult, runProgram } from './run-program.js';

/** A program and its arguments; never a shell's line. */
export type Argv = readonly [string, ...string[]];

/** A running program that is told something on standard input, time and again, and says something about all of it. */
export interface Session {
  /** How many lines it was told. */
  readonly told: number;
  /** Milliseconds since it was asked for the first time; undefined until then. */
  readonly age: number | undefined;
  /** Whether it has ended, as far as is known. */
  readonly isOver: boolean;
  /**
   * Tells it something, and waits until it has answered, or ended. It is asked one thing at a time.
   * @param isFinal nothing more will be asked: its input ends, and its end is waited for
   * @throws VifError TIMEOUT, ABORTED; the program is ended then
   */
  ask(question: Question, options: AskedFor, isFinal: boolean): Promise<Answer>;
  /** Ends its input, and waits for its end. One that does not care is ended. */
  end(): Promise<void>;
}

/** What starts programs: this host, or one in memory. */
export interface Programs {
  /**
   * Runs a program to its end.
   * @throws VifError TIMEOUT, ABORTED; the program is ended then
   * @throws VifError DESCRIPTORS_EXHAUSTED
   */
  run(argv: Argv, options: ProgramOptions): Promise<ProgramResult>;
  /**
   * Starts one that is told on standard input what to do.
   * @throws VifError DESCRIPTORS_EXHAUSTED
   */
  start(argv: Argv): Session;
  /**
   * Runs a program that prints a line for each event, until the signal fires. It is started again when it ends, as
   * `ip monitor` does when the kernel has dropped events because there were too many.
   * @returns whether there is such a program, and it could listen at all
   */
  follow(argv: Argv, following: Following, signal: AbortSignal): Promise<boolean>;
}

export const hostPrograms: Programs = {
  run: runProgram,
  start: (argv) => new ProgramSession(argv),
  async follow(argv, following, signal) {
    const { followProgram } = await import('./follow-program.js'); // only who watches the host follows anything
    return followProgram(argv, following, signal);
  },
};
