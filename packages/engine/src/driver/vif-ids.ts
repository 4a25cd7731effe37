import { asVifError, VifError } from '@vifkit/core';
import { isUuid, quote } from '@vifkit/core/internal';

/** Whether a value is a list of some kind. A string is iterable too, but it is not a list of ids. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, Symbol.iterator) === 'function'
  );
}

/**
 * The ids of VIFs that a caller gave, in their order.
 * @param list what the list is, for messages
 * @param member what each id is of
 * @throws VifError INVALID_REQUEST
 */
export function readVifIds(given: unknown, list: string, member: string): string[] {
  const ids: string[] = [];
  try {
    if (!isIterable(given))
      throw new VifError('INVALID_REQUEST', `${list} must be a list, not ${quote(given)}`);
    for (const id of given) {
      if (!isUuid(id)) throw new VifError('INVALID_REQUEST', `${quote(id)} is not the id of ${member}`);
      ids.push(id);
    }
  } catch (error) {
    throw asVifError(error, 'INVALID_REQUEST', `${list} cannot be read`); // the caller's iterator
  }
  return ids;
}
