import { isPlainObject } from '../validation/plain.js';
import { quote } from '../validation/quote.js';
import type { Cursor } from './cursor.js';
import type { DeclaredClass } from './field-spec.js';
import { type Form, instantiate, readFields } from './read-fields.js';
import { readScalar } from './read-scalar.js';
import { violationsOf } from './violations.js';

/** Plain JSON, in which null and absence are the same. Unknown keys are passed over, unless the class keeps them. */
const inputForm: Form = {
  nullIsUnset: true,
  initialObjects: new WeakMap(),
  readScalar,
  readObject(json, { type }, at) {
    return isPlainObject(json) ? instantiate(type(), readFields(type(), json, at, inputForm)) : json;
  },
};

/**
 * Builds an object of a declared class from plain JSON, and has it checked.
 * @throws ValidationError with the cursor's code
 */
export function readInput<T extends object>(type: DeclaredClass<T>, json: unknown, at: Cursor): T {
  if (!isPlainObject(json)) return at.fail(`must be a plain object, not ${quote(json)}`);
  const object = instantiate(type, readFields(type, json, at, inputForm));
  at.refuse(violationsOf(object));
  return object;
}
