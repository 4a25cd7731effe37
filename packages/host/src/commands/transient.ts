import { pause } from '@vifkit/engine/time';

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
