import { VifError } from '@vifkit/core';
import type { CommandResult } from '@vifkit/core/step-kinds';
import { signalError } from '@vifkit/engine/time';
import type { Result } from 'execa';
import { awaitDescriptors } from './descriptors.js';
import { calledOff, OUTPUT_DELAY, signalGroup } from './process-group.js';

export type { CommandResult as ProgramResult };

export interface ProgramOptions {
  /** For its standard input; nothing unless given. */
  readonly input?: string;
  /** The most bytes of output, of each kind; the program is ended for more. 512 MB unless given. */
  readonly maxOutput?: number;
  /** Ends the program, and all that it has started: by SIGTERM, and SIGKILL if that is ignored. */
  readonly signal: AbortSignal;
  /** What it is run for, as in `reading links`: for the error when the signal fires. */
  readonly doing: string;
}

const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * Runs a program to its end, never through a shell. It leads a process group: when it has to be ended, so is
 * all that it started; and what a terminal sends to ours (Ctrl-C) does not cut it off half-way.
 *
 * @throws VifError TIMEOUT, ABORTED; the program is ended then. One that we may not end, as `sudo` is, is left behind.
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export async function runProgram(
  argv: readonly [string, ...string[]],
  { input, maxOutput = MAX_OUTPUT, signal, doing }: ProgramOptions,
): Promise<CommandResult> {
  // Loaded by this, and not before: it takes longer than core, and many a call runs no program.
  const { execa } = await import('execa');
  const [program, ...args] = argv;
  await awaitDescriptors(program, signal);
  if (signal.aborted) throw signalError(signal, doing);
  const running = execa(program, args, {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    reject: false,
    detached: true,
    cleanup: false,
    maxBuffer: maxOutput,
    stripFinalNewline: false,
  });
  const outputs = [running.stdout, running.stderr];
  const letGo = () => {
    for (const output of outputs) output.destroy();
  };
  let exited = false;
  running.once('exit', () => {
    exited = true;
    setTimeout(letGo, OUTPUT_DELAY).unref(); // a child that it leaves behind may hold them open for ever
  });
  // Closed before its end by execa, because there was too much of it: the program may not care.
  const endFlood = () => {
    if (!exited && outputs.some(({ destroyed, readableEnded }) => destroyed && !readableEnded)) {
      signalGroup(running.pid, 'SIGKILL');
    }
  };
  for (const output of outputs) output.once('close', endFlood);

  const settled = new AbortController();
  try {
    const result = await Promise.race([running, calledOff(running.pid, signal, settled.signal)]);
    if (signal.aborted || !result) throw signalError(signal, doing);
    const { exitCode, stdout, stderr, code } = result;
    const missing = code === 'ENOENT';
    return { exitCode, stdout: stdout ?? '', stderr: stderr ?? '', missing, ending: endingOf(result) };
  } finally {
    settled.abort();
    running.unref();
    if (signal.aborted) letGo();
  }
}

function endingOf({ isMaxBuffer, signal, code }: Pick<Result, 'isMaxBuffer' | 'signal' | 'code'>): string {
  if (isMaxBuffer) return 'wrote too much';
  return signal ? `was ended by ${signal}` : `cannot be started (${code})`;
}

/** The error for a program that is not installed. */
export function missingProgram(program: string, from: string | undefined): VifError {
  const remedy = from ? `install it: it comes from ${from}` : 'install it, or correct PATH';
  return new VifError('COMMAND_NOT_FOUND', `There is no program '${program}'; ${remedy}`);
}
