import { pause, signalError } from '@vifkit/engine/time';

// Milliseconds between attempts. A program that changes many links at once needs some time for it.
const FIRST_PAUSE = 2;
const MAX_PAUSE = 100;

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
  for (let delay = FIRST_PAUSE; ; delay = Math.min(2 * delay, MAX_PAUSE)) {
    const result = await list();
    if (!/dump was interrupted/i.test(String(result.stderr))) return result;
    await pause(delay, signal);
    if (signal.aborted) throw signalError(signal, 'reading a list that keeps changing');
  }
}
