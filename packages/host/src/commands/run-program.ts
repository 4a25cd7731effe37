import { signalError } from '@vifkit/core';
import { execa } from 'execa';
import type { CommandResult } from './command-executor.js';

export interface ProgramOptions {
  /** For its standard input; nothing unless given. */
  readonly input?: string;
  /** The most bytes of output, of each kind; the program is ended for more. 512 MB unless given. */
  readonly maxOutput?: number;
  /** Ends the program: by SIGTERM, and SIGKILL if it ignores that. */
  readonly signal: AbortSignal;
  /** What it is run for, as in `reading links`: for the error when the signal fires. */
  readonly doing: string;
}

export interface ProgramResult extends CommandResult {
  readonly stdout: string;
}

const KILL_DELAY = 500;
/** Milliseconds in which the last of a program's output may still come. */
const OUTPUT_DELAY = 100;

/**
 * Runs a program to its end, never through a shell.
 * @throws VifError TIMEOUT, ABORTED; the program is ended then
 */
export async function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { input, maxOutput = 512 * 1024 * 1024, signal, doing }: ProgramOptions,
): Promise<ProgramResult> {
  if (signal.aborted) throw signalError(signal, doing); // execa starts it all the same, and then ends it
  const running = execa(program, args, {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: KILL_DELAY,
    maxBuffer: maxOutput,
    stripFinalNewline: false,
  });
  // A child that it leaves behind may hold its output open for ever.
  running.once('exit', () => {
    setTimeout(() => {
      running.stdout.destroy();
      running.stderr.destroy();
    }, OUTPUT_DELAY).unref();
  });
  const { exitCode, stdout, stderr, code, signal: killer, isMaxBuffer } = await running;
  if (signal.aborted) throw signalError(signal, doing);
  const ending = isMaxBuffer
    ? 'wrote too much'
    : killer
      ? `was ended by ${killer}`
      : `cannot be started (${code})`;
  return { exitCode, stdout: stdout ?? '', stderr: stderr ?? '', missing: code === 'ENOENT', ending };
}
