import { idOfVif } from '../objects/object-from.js';
import { InputError } from './input-error.js';
import { parseRequests } from './request-splitter.js';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The ids of VIFs to keep: ids, one a line, or requests, VIFs or os-vif objects as JSON Lines. One line that is none
 * of them spoils all: a VIF that is in use could be on it.
 * @throws InputError, for a list without any too
 */
export function parseKeep(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) {
    throw new InputError('The list of VIFs to keep is empty; if none is to be kept, say --keep-none');
  }
  return uuid.test(lines[0] ?? '') ? lines.map(checked) : idsOfRequests(text);
}

function idsOfRequests(text: string): string[] {
  return parseRequests(text).map((input) => {
    if ('error' in input) throw new InputError(`The list of VIFs to keep is no good: ${input.error.message}`);
    const { request } = input;
    return checked(idOfVif('vif' in request ? request.vif : request));
  });
}

function checked(id: unknown): string {
  if (typeof id === 'string' && uuid.test(id)) return id;
  const found = JSON.stringify(id)?.slice(0, 80) ?? 'a VIF without an id';
  throw new InputError(
    `The list of VIFs to keep is no good: it has ${found}, where the id of a VIF should be`,
  );
}
