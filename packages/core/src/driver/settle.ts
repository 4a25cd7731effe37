import { withinDeadline } from '../engine/deadline.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { idOfVif } from '../request/parse-vif.js';
import { isPlainObject, ownValue } from '../validation/plain.js';
import type { Settled } from './results.js';

/**
 * The result of one request's part, or its error; never a rejection. Code of a plugin's that does not come back
 * is waited for until the deadline.
 */
export async function settle<T>(
  request: unknown,
  signal: AbortSignal,
  run: () => T | Promise<T>,
): Promise<Settled<T>> {
  try {
    return { value: await withinDeadline(Promise.resolve().then(run), signal, 'waiting for the plugin') };
  } catch (error) {
    const failure = asVifError(error, 'INVALID_REQUEST', 'The request could not be read');
    return { id: idOf(request), error: failure };
  }
}

/** The one result there is. @throws VifError if it is an error */
export function only<T>([result]: readonly Settled<T>[]): T {
  if (result && 'value' in result) return result.value;
  throw result?.error ?? new VifError('INVALID_REQUEST', 'There is no request');
}

/** The id that a request would have, even if the rest of it is no good. */
function idOf(request: unknown): string | null {
  if (!isPlainObject(request)) return null;
  const found = ownValue(request, 'id') ?? idOfVif(ownValue(request, 'vif'));
  return typeof found === 'string' ? found : null;
}
