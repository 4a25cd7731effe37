import { closestMatch } from 'leven';
import type { ErrorCode } from '../errors/codes.js';
import type { Cursor } from './cursor.js';
import { fieldsOf, passedOverBy } from './field-store.js';
import { pathTo } from './violations.js';

/** An input may have very many keys. */
const mostTold = 10;

/** Keys that are longer are no slip of the pen. */
const longestTypo = 40;

/**
 * Refuses keys of an object that the class with this prototype does not declare.
 * @throws ValidationError of the cursor's code, unless another is given
 */
export function refuseUnknownKeys(prototype: object, given: object, at: Cursor, code?: ErrorCode): void {
  const fields = fieldsOf(prototype);
  const passedOver = passedOverBy(prototype);
  const unknown = Object.keys(given).filter((key) => !fields.has(key) && !passedOver.includes(key));
  if (unknown.length === 0) return;
  const known = [...fields.keys(), ...passedOver];
  const violations = unknown
    .slice(0, mostTold)
    .map((key) => ({ path: pathTo('', key), message: `is not known; ${meant(key, known)}` }));
  at.failAll(violations, code);
}

/** What a key that is not known may have been meant to be: the end of a sentence. */
export function meant(key: string, known: readonly string[]): string {
  const isShort = key.length <= longestTypo;
  const spellings = new Map(known.map((each) => [each.toLowerCase(), each]));
  const found = isShort
    ? closestMatch(key.toLowerCase(), [...spellings.keys()], { maxDistance: 2 })
    : undefined;
  const near = found === undefined ? undefined : spellings.get(found);
  const all = known.join(', ') || 'none';
  return near === undefined ? `known are ${all}` : `did you mean '${near}'? Known are ${all}`;
}
