import type { Readable } from 'node:stream';
import { pause, untilFired } from '@vifkit/engine/time';

/** Milliseconds between SIGTERM and SIGKILL. */
const KILL_DELAY = 500;
/** Milliseconds in which the rest of a program's output may still arrive. */
const OUTPUT_DELAY = 100;

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

/**
 * Closes the output of a program that has ended, once nothing more arrives: a process that it left behind may hold it
 * open for ever. After a stall, a timer may come before the input that is already there: so this looks only after
 * the event loop's next round of input.
 */
export function closeOnceQuiet(outputs: readonly (Readable & { readonly bytesRead?: number })[]): void {
  let before: number | undefined;
  const look = () => {
    const read = outputs.reduce((sum, { bytesRead = 0 }) => sum + bytesRead, 0);
    const isQuiet = read === before && outputs.every(({ readableLength }) => readableLength === 0);
    before = read;
    if (isQuiet) for (const output of outputs) output.destroy();
    else if (outputs.some(({ closed }) => !closed))
      setTimeout(() => setImmediate(look), OUTPUT_DELAY).unref();
  };
  look();
}
