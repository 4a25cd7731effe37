import { readdirSync, readFileSync } from 'node:fs';
import { Deadline, pause } from '@vifkit/engine/time';
import { CALLER_VARIABLE } from '../commands/run-program.js';
import { isExhaustion } from '../kernel/error-code.js';

/** Milliseconds that programs have to end. A daemon that one of them has started does not hold others up for longer. */
const MAX_WAIT = 10_000;

/** Milliseconds between two looks. */
const FIRST_PAUSE = 2;
const MAX_PAUSE = 50;

/**
 * Waits until the programs that a process has started have ended, after the process itself has: `ip` still carries out
 * what it has read, and a vendor's tool does not notice that its caller was killed. They are recognized by their
 * environment. Only root can read that of another user's program: what `sudo` runs is not waited for.
 */
export async function untilProgramsEnd(caller: string): Promise<void> {
  if (process.env[CALLER_VARIABLE] === caller) return; // it would wait for its own end
  const deadline = new Deadline(MAX_WAIT);
  try {
    for (let delay = FIRST_PAUSE; isAnyRunning(caller); delay = Math.min(2 * delay, MAX_PAUSE)) {
      if (deadline.signal.aborted) return;
      await pause(delay, deadline.signal);
    }
  } finally {
    deadline.end();
  }
}

function isAnyRunning(caller: string): boolean {
  const mark = `${CALLER_VARIABLE}=${caller}`;
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.some((pid) => environmentOf(pid).split('\0').includes(mark));
}

/** Empty if it may not be read, or the process has ended. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (error) {
    if (isExhaustion(error)) throw error;
    return '';
  }
}
