import { asVifError } from '@vifkit/core';
import { pause, signalError } from '@vifkit/engine/time';
import { type Failure, failureOf } from './errors.js';

/** Attempts, but for those at which the server was away. */
const MOST_ATTEMPTS = 5;

// Milliseconds between attempts to reconnect.
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 1_000;

/**
 * After which failures a call may be made again, by what it does. `read` changes nothing. `write` would be made twice if
 * the server has got it. `compose` makes its transaction anew from what the database has by then: what was made is not
 * made again, and should the server get to the lost one only afterwards, that one meets its guards, or ours does.
 */
const AGAIN = {
  read: new Set<Failure>(['unsent', 'lost']),
  write: new Set<Failure>(['unsent']),
  compose: new Set<Failure>(['lost', 'overtaken']),
} as const;

/**
 * The one rule by which anything is asked of an OVSDB server again. A server that is away is waited for until the signal
 * fires, at growing intervals. All else is tried again at once, a few times, as far as the kind of the call allows.
 *
 * @param attempt is told how many attempts failed before it
 * @throws what the last attempt threw; VifError `TIMEOUT`, `ABORTED` where the signal fired while the server was away
 */
export async function retry<T>(
  kind: keyof typeof AGAIN,
  signal: AbortSignal,
  attempt: (failed: number) => Promise<T>,
): Promise<T> {
  let delay = FIRST_PAUSE;
  let failed = 0;
  let away: string | undefined;
  for (;;) {
    try {
      return await attempt(failed);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'away') {
        away = asVifError(error, 'OVSDB_UNREACHABLE', 'The OVSDB server is away').message;
        await pause(delay, signal);
        delay = Math.min(2 * delay, LONGEST_PAUSE);
      } else if (!AGAIN[kind].has(failure) || ++failed === MOST_ATTEMPTS) {
        throw away !== undefined && signal.aborted ? late(signal, away) : error;
      }
      if (away !== undefined && signal.aborted) throw late(signal, away);
    }
  }
}

function late(signal: AbortSignal, away: string) {
  return signalError(signal, `waiting for the OVSDB server to come back. ${away}`);
}
