import { asVifError, VifError } from '@vifkit/core';
import { idOfVif, isPlainObject, isUuid, ownValue } from '@vifkit/core/internal';
import { withinDeadline } from '../time/deadline.js';
import type { Settled } from './results.js';

/** Milliseconds in which what was waited for may still say so itself, once the signal fired. */
const GRACE = 200;

/** The result of one request's part, or its error; never a rejection. It ends soon after the signal has fired. */
export async function settle<T>(
  request: unknown,
  signal: AbortSignal,
  run: () => T | Promise<T>,
): Promise<Settled<T>> {
  try {
    const running = Promise.resolve().then(run);
    return { ok: true, value: await withinDeadline(running, signal, 'preparing the request', GRACE) };
  } catch (error) {
    const failure = asVifError(error, 'INVALID_REQUEST', 'The request could not be read');
    const { id, vifId } = idsOf(request);
    return { ok: false, id, error: concerning(failure, vifId) };
  }
}

/** The one result there is. @throws VifError if it is an error */
export function only<T>([result]: readonly Settled<T>[]): T {
  if (result?.ok) return result.value;
  throw result?.error ?? new VifError('INVALID_REQUEST', 'There is no request');
}

/** The ids that a request would have, even if the rest of it is no good. */
function idsOf(request: unknown): { readonly id: string | null; readonly vifId: string | undefined } {
  try {
    if (!isPlainObject(request)) return { id: null, vifId: undefined };
    const [own, ofVif] = [ownValue(request, 'id'), idOfVif(ownValue(request, 'vif'))];
    const id = [own, ofVif].find((each) => typeof each === 'string') ?? null;
    return { id, vifId: isUuid(ofVif) ? ofVif : undefined };
  } catch {
    return { id: null, vifId: undefined }; // a proxy that does not want to be looked at
  }
}

/** The error with the VIF's id, if it has none. One of a class of its own has more to tell, and stays as it is. */
function concerning(error: VifError, vifId: string | undefined): VifError {
  if (vifId === undefined || error.vifId !== undefined || error.name !== 'VifError') return error;
  return new VifError(error.code, error.message, { vifId, ...('cause' in error && { cause: error.cause }) });
}
