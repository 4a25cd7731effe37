import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pause, whenFired } from '@vifkit/engine/time';
import { codeOf } from '../kernel/error-code.js';
import { awaitDescriptors } from './descriptors.js';
import { type Argv, IN_ENGLISH } from './run-program.js';

/** Milliseconds before a program that has ended is restarted. */
const RESTART_DELAY = 500;

/**
 * Milliseconds after a program's start until it is certain to listen. It does not report when it does, so changes in
 * the meantime are read after that time.
 */
const WARM_UP = 300;

export interface Following {
  /** Called for each line of its output. */
  onLine(line: string): void;
  /** Called once it listens, after its start and after each restart: lines may have been missed. */
  onListening(): void;
}

/**
 * See `Programs`.
 * @throws VifError DESCRIPTORS_EXHAUSTED if it cannot be started at first; a restart waits until it can
 */
export async function followProgram(
  [program, ...args]: Argv,
  { onLine, onListening }: Following,
  signal: AbortSignal,
): Promise<boolean> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const start = awaitDescriptors(program, signal);
    await (isFirst ? start : start.catch(() => {}));
    // In our process group: it ends on a terminal's Ctrl-C, and because of the closed pipe if we are killed.
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...IN_ENGLISH },
    });
    const ended = endOf(child);
    const leave = whenFired(signal, () => child.kill('SIGTERM'));
    const warmUp = setTimeout(onListening, WARM_UP);
    // Without descriptors, Node.js returns a child that has no output.
    const output: Readable | undefined = child.stdout;
    if (output) createInterface(output).on('line', onLine);
    const refused = await ended;
    clearTimeout(warmUp);
    leave();
    if (signal.aborted) {
      // A program that we may not end, such as one run by `sudo`, is left behind.
      output?.destroy();
      child.unref();
      return true;
    }
    const neverBegan = isFirst && child.exitCode !== 0 && child.exitCode !== null;
    if (refused === 'ENOENT' || neverBegan) return false;
    await pause(RESTART_DELAY, signal);
  }
  return true;
}

/** Waits for its end. Resolves to an error code if it could not be started or ended. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  try {
    await once(child, 'close');
    return undefined;
  } catch (error) {
    child.on('error', () => {}); // there may be another
    return codeOf(error);
  }
}
