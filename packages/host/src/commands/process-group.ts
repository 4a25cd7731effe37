import { pause, untilFired } from '@vifkit/engine/time';

/** Milliseconds between SIGTERM and SIGKILL. */
const KILL_DELAY = 500;
/** Milliseconds in which the rest of a program's output may still arrive. */
export const OUTPUT_DELAY = 100;

/**
 * Ends a process group once the signal fires. Resolves when nothing more can be done about it.
 * @param settled fires when the leader is known to have ended
 */
export async function endGroupOnSignal(
  pid: number | undefined,
  signal: AbortSignal,
  settled: AbortSignal,
): Promise<undefined> {
  await untilFired(signal, settled);
  if (!signal.aborted) return;
  signalGroup(pid, 'SIGTERM');
  await pause(KILL_DELAY, settled);
  signalGroup(pid, 'SIGKILL'); // the rest of the group, if the program itself has ended
  await pause(OUTPUT_DELAY, settled);
}

/** Signals a process group. */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {
    // It has ended, or is not ours to end.
  }
}
