import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pause, whenFired } from '@vifkit/engine/time';
import { IN_ENGLISH } from './run-program.js';

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

/** See `Programs`. */
export async function followProgram(
  [program, ...args]: readonly [string, ...string[]],
  { onLine, onListening }: Following,
  signal: AbortSignal,
): Promise<boolean> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    // In our process group: it ends on a terminal's Ctrl-C, and because of the closed pipe if we are killed.
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...IN_ENGLISH },
    });
    const leave = whenFired(signal, () => child.kill('SIGTERM'));
    const warmUp = setTimeout(onListening, WARM_UP);
    createInterface(child.stdout).on('line', onLine);
    const isMissing = await new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(true));
      child.once('close', () => resolve(false));
    });
    clearTimeout(warmUp);
    leave();
    const neverBegan = isFirst && child.exitCode !== 0 && child.exitCode !== null;
    if (isMissing || neverBegan) return false;
    await pause(RESTART_DELAY, signal);
  }
  return true;
}
