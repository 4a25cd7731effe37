import { pause } from '@vifkit/engine/time';

/** Milliseconds before each new attempt: a virtual function is through its reset after a second or so. */
const DELAYS = [20, 50, 100, 200, 400, 800];

/** How tools word EAGAIN: the kernel cannot do it just now, and would have it tried again. */
export function isTransient(complaint: string): boolean {
  return /resource temporarily unavailable/i.test(complaint);
}

/** Makes attempts until one ends for good, or the last has been made, or the signal fires. */
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
