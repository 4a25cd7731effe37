import { pause, signalError } from '@vifkit/engine/time';

/** Milliseconds before each new attempt: the reset of a virtual function takes about a second. */
const DELAYS = [20, 50, 100, 200, 400, 800];

/** Whether a tool reports EAGAIN: the kernel cannot do it at the moment, and expects a retry. */
export function isTransient(complaint: string): boolean {
  return /resource temporarily unavailable/i.test(complaint);
}

/** Makes attempts until one has a final result, the last one has been made, or the signal fires. */
export async function retryTransient<T>(
  attempt: () => Promise<T>,
  isTransientEnd: (result: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  let result = await attempt();
  for (const delay of DELAYS) {
    if (!isTransientEnd(result)) break;
    await pause(delay, signal);
    if (signal.aborted) break;
    result = await attempt();
  }
  return result;
}

/** Milliseconds between listings: a program that changes many links at once needs some time for it. */
const [FIRST_PAUSE, MAX_PAUSE] = [2, 100] as const;

/**
 * Repeats a listing of `ip` until nothing changes while it is made. The kernel reports when links were added or removed
 * while it listed them: some may then be missing, others listed twice. `ip` does not fail in that case: it only reports
 * it on standard error.
 *
 * @throws VifError TIMEOUT, ABORTED once the signal fires, and what `list` throws
 */
export async function completeDump<T extends { readonly stderr: string | readonly string[] }>(
  list: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let delay: number = FIRST_PAUSE; ; delay = Math.min(2 * delay, MAX_PAUSE)) {
    const result = await list();
    if (!/dump was interrupted/i.test(String(result.stderr))) return result;
    await pause(delay, signal);
    if (signal.aborted) throw signalError(signal, 'reading a list that keeps changing');
  }
}
