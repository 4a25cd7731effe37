import { Cursor } from '../schema/cursor.js';
import { fieldsOf } from '../schema/field-store.js';
import { type Form, fill, readFields } from '../schema/read-fields.js';
import { violationsOf } from '../schema/violations.js';
import { isPlainObject } from '../validation/plain.js';
import { quote } from '../validation/quote.js';
import type { Primitive } from './primitive.js';
import { toPrimitive } from './to-primitive.js';

/** What the constructor of a class takes: any of its fields, and those that it cannot do without. */
export type FieldsOf<T, Required extends keyof T = never> = Partial<Omit<T, keyof VersionedObject>> &
  Pick<T, Required>;

/** Objects within a new object are made before it. */
const instanceForm: Form = { nullIsUnset: false, readObject: (value) => value };

/**
 * The base of os-vif's objects, in the manner of oslo.versionedobjects. A field may be unset, which is not
 * the same as null: it is then no own property, reads as its default if it has one, and is not written.
 * Objects are checked when made, and frozen.
 */
export abstract class VersionedObject {
  /** @throws ValidationError INVALID_OBJECT, UNKNOWN_FIELD */
  constructor(fields: object) {
    const at = Cursor.at({ code: 'INVALID_OBJECT', subject: new.target.name });
    if (!isPlainObject(fields)) at.fail(`must be made from a plain object, not ${quote(fields)}`);
    refuseUnknownFields(new.target.prototype, fields, at);
    fill(this, readFields(new.target, fields, at, instanceForm));
    const violations = violationsOf(this);
    if (violations.length > 0) at.failAll(violations);
  }

  /** The wire form, for JSON.stringify. */
  toJSON(): Primitive {
    return toPrimitive(this);
  }
}

/** Whether a field has been given a value (null is one), rather than reading as its default. */
export function isSet<T extends VersionedObject>(object: T, name: Extract<keyof T, string>): boolean {
  return Object.hasOwn(object, name);
}

/** @throws ValidationError UNKNOWN_FIELD */
export function refuseUnknownFields(prototype: object, given: object, at: Cursor): void {
  const known = fieldsOf(prototype);
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown === undefined) return;
  at.to(unknown).fail(`is no field; the fields are ${[...known.keys()].join(', ')}`, 'UNKNOWN_FIELD');
}
