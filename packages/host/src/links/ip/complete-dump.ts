import { pause, signalError } from '@vifkit/engine/time';

// Milliseconds between attempts. Who changes many links at once needs some time for it.
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 100;

/**
 * Has `ip` list something until nothing has changed meanwhile. The kernel says so when links come or go while it
 * lists them: some may be missing then, others there twice. `ip` takes no harm, and says so on standard error alone.
 *
 * @throws VifError TIMEOUT, ABORTED once the signal fires, and what `list` throws
 */
export async function completeDump<T extends { readonly stderr: string | readonly string[] }>(
  list: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let delay = FIRST_PAUSE; ; delay = Math.min(2 * delay, LONGEST_PAUSE)) {
    const result = await list();
    if (!/dump was interrupted/i.test(String(result.stderr))) return result;
    await pause(delay, signal);
    if (signal.aborted) throw signalError(signal, 'reading a list that changes all the time');
  }
}
