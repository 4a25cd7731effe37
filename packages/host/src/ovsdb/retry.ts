import { asVifError, type VifError } from '@vifkit/core';
import { pause, signalError } from '@vifkit/engine/time';
import { type Failure, failureOf, UnsentError } from './errors.js';

/** Attempts, not counting those while the server was away. */
const MAX_ATTEMPTS = 5;

// Milliseconds between attempts to reconnect.
const FIRST_PAUSE = 20;
const MAX_PAUSE = 1_000;

/**
 * After which failures a call may be retried, by kind of call. `read` changes nothing. `write` would be done twice if
 * the server has received it. `compose` builds its transaction again from the current state of the database: what was
 * made is not made again, and if the server processes the lost transaction only afterwards, the guards of one of the
 * two fail.
 */
const AGAIN = {
  read: new Set<Failure>(['unsent', 'lost']),
  write: new Set<Failure>(['unsent']),
  compose: new Set<Failure>(['lost', 'overtaken']),
} as const;

/**
 * The rule for all retries of calls to an OVSDB server. A server that is away is retried until the signal fires, with
 * back-off. Everything else is retried at once, a few times, as far as the kind of the call allows.
 *
 * @param attempt is given the number of failed attempts before it
 * @throws what the last attempt threw; VifError `TIMEOUT`, `ABORTED` if the signal fired while the server was away
 */
export async function retry<T>(
  kind: keyof typeof AGAIN,
  signal: AbortSignal,
  attempt: (failed: number) => Promise<T>,
): Promise<T> {
  let delay = FIRST_PAUSE;
  let failed = 0;
  let away: string | undefined;
  let mayBeDone = false;
  for (;;) {
    try {
      return await attempt(failed);
    } catch (error) {
      const failure = failureOf(error);
      mayBeDone ||= failure === 'lost' || failure === 'final';
      if (failure === 'away') {
        away = asVifError(error, 'OVSDB_UNREACHABLE', 'The OVSDB server is away').message;
        await pause(delay, signal);
        delay = Math.min(2 * delay, MAX_PAUSE);
      } else if (!AGAIN[kind].has(failure) || ++failed === MAX_ATTEMPTS) {
        throw away !== undefined && signal.aborted ? late(signal, away, mayBeDone) : error;
      }
      if (away !== undefined && signal.aborted) throw late(signal, away, mayBeDone);
    }
  }
}

function late(signal: AbortSignal, away: string, mayBeDone: boolean): VifError {
  const error = signalError(signal, `waiting for the OVSDB server to come back. ${away}`);
  return mayBeDone ? error : new UnsentError(error.code, error.message, { cause: error.cause });
}
