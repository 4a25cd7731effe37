import { isDeepStrictEqual } from 'node:util';
import { isPlainObject, quote } from '../errors/quote.js';
import { Cursor } from '../fields/cursor.js';
import { violationsOf } from '../fields/field-rule.js';
import { hasInstance, nameKind, nameOfClass, rootName } from '../fields/field-spec.js';
import { type Form, fill, readFields, readScalar, refuseUnknownKeys } from '../fields/read-fields.js';
import { toPrimitive } from './to-primitive.js';
import type { Primitive } from './version.js';

/** The argument of a class's constructor: any of its fields, and at least the required ones. */
export type FieldsOf<T, Required extends keyof T = never> = Partial<Omit<T, keyof VersionedObject>> &
  Pick<T, Required>;

/** The changes for a copy: any fields; undefined unsets a field. */
export type ChangesOf<T> = { readonly [K in Exclude<keyof T, keyof VersionedObject>]?: T[K] | undefined };

/** Nested objects are made before the object that contains them. */
const instanceForm: Form = {
  nullIsUnset: false,
  initialObjects: new WeakMap(),
  readScalar,
  readObject: (value) => value,
};

/**
 * The base class of os-vif's objects, modelled on oslo.versionedobjects. A field may be unset, which is different from
 * null: it is then not an own property, has its default value if there is one, and is not written. Objects are checked
 * when they are made, and are frozen.
 */
export abstract class VersionedObject {
  /** `instanceof` compares class names, so that it recognises objects of other copies of this package. */
  static readonly [Symbol.hasInstance] = hasInstance;

  /** @throws ValidationError INVALID_OBJECT, UNKNOWN_FIELD */
  constructor(fields: object) {
    const at = Cursor.at({ code: 'INVALID_OBJECT', subject: nameOfClass(new.target) });
    if (!isPlainObject(fields)) at.fail(`must be made from a plain object, not ${quote(fields)}`);
    refuseUnknownKeys(new.target.prototype, fields, at, 'UNKNOWN_FIELD');
    fill(this, readFields(new.target, fields, at, instanceForm));
    at.refuse(violationsOf(this));
  }

  /**
   * A new object of the same class. Fields that are not given are the same as in this object, unset ones included; a
   * field that is given as undefined is unset. An object that was read from the wire may have values that no plug
   * accepts; those are refused here.
   * @throws ValidationError INVALID_OBJECT, UNKNOWN_FIELD
   */
  copy(changes: ChangesOf<this> = {}): this {
    const type = { prototype: Object.getPrototypeOf(this) };
    const at = Cursor.at({ code: 'INVALID_OBJECT', subject: nameOfClass(type) });
    if (!isPlainObject(changes)) at.fail(`must be changed by a plain object, not ${quote(changes)}`);
    refuseUnknownKeys(type.prototype, changes, at, 'UNKNOWN_FIELD');
    const fields = readFields(type, { ...this, ...changes }, at, instanceForm);
    const copied = fill<this>(Object.create(type.prototype), fields);
    // An object that was read from the wire may lack fields that the constructor requires; so may its copy.
    at.refuse(violationsOf(copied, { partial: true }));
    return copied;
  }

  /** Whether the other is of the same class and has the same fields set to deeply equal values. */
  equals(other: unknown): boolean {
    return isDeepStrictEqual(this, other);
  }

  /** The wire form, for JSON.stringify. */
  toJSON(): Primitive {
    return toPrimitive(this);
  }
}

nameKind(VersionedObject, rootName);

/** Whether a field has been set to a value, null included, and does not merely have its default. */
export function isSet<T extends VersionedObject>(object: T, name: Extract<keyof T, string>): boolean {
  return Object.hasOwn(object, name);
}
