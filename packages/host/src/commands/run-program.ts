import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { signalError } from '@vifkit/core';
import type { Result } from 'execa';
import type { CommandResult } from './command-executor.js';

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

export interface ProgramResult extends CommandResult {
  readonly stdout: string;
}

/** Milliseconds between SIGTERM and SIGKILL. */
const KILL_DELAY = 500;
/** Milliseconds in which the last of a program's output may still come. */
const OUTPUT_DELAY = 100;

/**
 * Runs a program to its end, never through a shell. It leads a process group: when it has to be ended, so is
 * all that it started; and what a terminal sends to ours (Ctrl-C) does not cut it off half-way.
 *
 * @throws VifError TIMEOUT, ABORTED; the program is ended then. One that we may not end, as `sudo` is, is left behind.
 */
export async function runProgram(
  argv: readonly [string, ...string[]],
  { input, maxOutput, signal, doing }: ProgramOptions,
): Promise<ProgramResult> {
  const start = await programStarter();
  if (signal.aborted) throw signalError(signal, doing);
  return resultOf(start(argv, input === undefined ? 'ignore' : { input }, maxOutput), { signal, doing });
}

export type StartProgram = Awaited<ReturnType<typeof programStarter>>;
export type RunningProgram = ReturnType<StartProgram>;

/**
 * Answers with what starts a program; with the input `talk` the program waits for what is written to its `stdin`, and
 * what it says is left to be read.
 * execa is loaded by this, and not before: it takes longer than core, and many a call runs no program.
 */
export async function programStarter() {
  const { execa } = await import('execa');
  return (
    [program, ...args]: readonly [string, ...string[]],
    input: 'ignore' | 'talk' | { readonly input: string },
    maxOutput = 512 * 1024 * 1024,
  ) =>
    execa(program, args, {
      ...(typeof input === 'string' ? { stdin: input === 'talk' ? 'pipe' : input } : input),
      buffer: input !== 'talk',
      reject: false,
      detached: true,
      cleanup: false,
      maxBuffer: maxOutput,
      stripFinalNewline: false,
    });
}

/** Waits for the end of a program that was started, as {@link runProgram} does. */
export async function resultOf(
  running: RunningProgram,
  { signal, doing }: Pick<ProgramOptions, 'signal' | 'doing'>,
): Promise<ProgramResult> {
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

/** Ends the group once the signal fires. Answers when nothing more can be done about it. */
async function calledOff(
  pid: number | undefined,
  signal: AbortSignal,
  settled: AbortSignal,
): Promise<undefined> {
  const either = AbortSignal.any([signal, settled]);
  if (!either.aborted) await once(either, 'abort');
  if (!signal.aborted) return;
  signalGroup(pid, 'SIGTERM');
  await pause(KILL_DELAY, undefined, { signal: settled }).catch(() => {});
  signalGroup(pid, 'SIGKILL'); // what is left of it, if the program itself has ended
  await pause(OUTPUT_DELAY, undefined, { signal: settled }).catch(() => {});
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {
    // It has ended, or is not ours to end.
  }
}

function endingOf({ isMaxBuffer, signal, code }: Pick<Result, 'isMaxBuffer' | 'signal' | 'code'>): string {
  if (isMaxBuffer) return 'wrote too much';
  return signal ? `was ended by ${signal}` : `cannot be started (${code})`;
}
