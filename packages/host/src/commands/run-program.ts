import { VifError } from '@vifkit/core';
import type { CommandResult } from '@vifkit/core/step-kinds';
import { signalError } from '@vifkit/engine/time';
import type { Result } from 'execa';
import { awaitDescriptors, loadCode } from './descriptors.js';
import { closeOnceQuiet, endGroupOnSignal, signalGroup } from './process-group.js';

/** A program and its arguments; never a shell command line. */
export type Argv = readonly [string, ...string[]];

/** A command with a helper as its prefix, if there is one. */
export function withHelper([first, ...others]: readonly string[], [program, ...args]: Argv): Argv {
  return first === undefined ? [program, ...args] : [first, ...others, program, ...args];
}

export interface ProgramOptions {
  /** Its standard input; empty by default. */
  readonly input?: string;
  /** The maximum number of bytes on each output stream; the program is ended if it writes more. 512 MB by default. */
  readonly maxOutput?: number;
  /** Ends the program and everything that it has started, with SIGTERM, and with SIGKILL if that is ignored. */
  readonly signal: AbortSignal;
  /** Its purpose, as in `reading links`, for the error if the signal fires. */
  readonly doing: string;
}

/**
 * The environment of programs whose output we read: their messages are in English, whatever the user's language. The
 * encoding stays UTF-8.
 */
export const IN_ENGLISH = { LC_ALL: 'C.UTF-8', LANGUAGE: '' } as const;

/**
 * Identifies this process in the environment of the programs that change the host for it. If it is killed, others can
 * tell that those are still at work.
 */
export const CALLER = `${process.pid}-${Math.random().toString(36).slice(2)}`;
export const CALLER_VARIABLE = 'VIFKIT_CALLER';

/** The environment of programs that change the host, or read it, for a call. */
export const OF_A_CALL = { ...IN_ENGLISH, [CALLER_VARIABLE]: CALLER } as const;

const execaCode = () => import('execa');

/** Not loaded from the start: it takes longer than core, and many calls run no program. */
export const loadExeca = () => loadCode(execaCode);

const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * Runs a program to its end, never through a shell. It leads a process group: if it must be ended, everything that it
 * started is ended too, and what a terminal sends to our group (Ctrl-C) does not interrupt it.
 *
 * @throws VifError TIMEOUT, ABORTED; the program is then ended. A program that we may not end, such as `sudo`, is left
 *   behind.
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export async function runProgram(
  argv: Argv,
  { input, maxOutput = MAX_OUTPUT, signal, doing }: ProgramOptions,
): Promise<CommandResult> {
  const [program, ...args] = argv;
  await awaitDescriptors(program, signal);
  const { execa } = await loadExeca();
  if (signal.aborted) throw signalError(signal, doing);
  const running = execa(program, args, {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    env: OF_A_CALL,
    reject: false,
    detached: true,
    cleanup: false,
    maxBuffer: maxOutput,
    stripFinalNewline: false,
  });
  const outputs = [running.stdout, running.stderr];
  let exited = false;
  running.once('exit', () => {
    exited = true;
    closeOnceQuiet(outputs);
  });
  // Execa closes the output early if there is too much of it, but the program may ignore that.
  const endFlood = () => {
    if (!exited && outputs.some(({ destroyed, readableEnded }) => destroyed && !readableEnded)) {
      signalGroup(running.pid, 'SIGKILL');
    }
  };
  for (const output of outputs) output.once('close', endFlood);

  const settled = new AbortController();
  try {
    const result = await Promise.race([running, endGroupOnSignal(running.pid, signal, settled.signal)]);
    if (signal.aborted || !result) throw signalError(signal, doing);
    const { exitCode, stdout, stderr, code } = result;
    const missing = code === 'ENOENT';
    return { exitCode, stdout: stdout ?? '', stderr: stderr ?? '', missing, ending: endingOf(result) };
  } finally {
    settled.abort();
    running.unref();
    if (signal.aborted) for (const output of outputs) output.destroy();
  }
}

function endingOf({ isMaxBuffer, signal, code }: Pick<Result, 'isMaxBuffer' | 'signal' | 'code'>): string {
  if (isMaxBuffer) return 'wrote too much';
  return signal ? `was ended by ${signal}` : `cannot be started (${code})`;
}

/** The packages that the system's programs come from. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  nft: 'nftables',
  ethtool: 'ethtool',
  nsenter: 'util-linux',
};

/** The error for a program that is not installed. */
export function missingProgram(program: string, from = PACKAGES[program]): VifError {
  const remedy = from ? `install it: it comes from ${from}` : 'install it, or correct PATH';
  return new VifError('COMMAND_NOT_FOUND', `There is no program '${program}'; ${remedy}`);
}

/** What a program lacks that complains of its rights: the end of a message. Empty for another complaint. */
export function rightsHint(complaint: string): string {
  const isDenied = /not permitted|permission denied/i.test(complaint);
  return isDenied ? '; this needs CAP_NET_ADMIN, or a root helper' : '';
}
