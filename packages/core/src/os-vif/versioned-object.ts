import { isDeepStrictEqual } from 'node:util';
import { isPlainObject, quote } from '../errors/quote.js';
import { Cursor } from '../fields/cursor.js';
import { violationsOf } from '../fields/field-rule.js';
import { hasInstance, nameKind, nameOfClass } from '../fields/field-spec.js';
import { type Form, fill, readFields, readScalar, refuseUnknownKeys } from '../fields/read-fields.js';
import { toPrimitive } from './to-primitive.js';
import type { Primitive } from './version.js';

/** What the constructor of a class takes: any of its fields, and those that it cannot do without. */
export type FieldsOf<T, Required extends keyof T = never> = Partial<Omit<T, keyof VersionedObject>> &
  Pick<T, Required>;

/** What a copy may differ in: any field, and undefined to unset it. */
export type ChangesOf<T> = { readonly [K in Exclude<keyof T, keyof VersionedObject>]?: T[K] | undefined };

/** Objects within a new object are made before it. */
const instanceForm: Form = {
  nullIsUnset: false,
  initialObjects: new WeakMap(),
  readScalar,
  readObject: (value) => value,
};

/**
 * The base of os-vif's objects, in the manner of oslo.versionedobjects. A field may be unset, which is not
 * the same as null: it is then no own property, reads as its default if it has one, and is not written.
 * Objects are checked when made, and frozen.
 */
export abstract class VersionedObject {
  /** `instanceof` goes by the name of the class, so that it knows the objects of other copies of this package. */
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
   * A new object of the same class. Fields that are not given are as here, unset ones included; a field that is
   * given as undefined is unset. What was read from the wire may have values that no plug takes; a copy has none.
   * @throws ValidationError INVALID_OBJECT, UNKNOWN_FIELD
   */
  copy(changes: ChangesOf<this> = {}): this {
    const type = { prototype: Object.getPrototypeOf(this) };
    const at = Cursor.at({ code: 'INVALID_OBJECT', subject: nameOfClass(type) });
    refuseUnknownKeys(type.prototype, changes, at, 'UNKNOWN_FIELD');
    const fields = readFields(type, { ...this, ...changes }, at, instanceForm);
    const copied = fill<this>(Object.create(type.prototype), fields);
    // An object that was read from the wire may lack what a constructor asks for; so may its copy.
    at.refuse(violationsOf(copied, { partial: true }));
    return copied;
  }

  /** Whether the other is of the same class, with the same fields set to the same values, all the way down. */
  equals(other: unknown): boolean {
    return isDeepStrictEqual(this, other);
  }

  /** The wire form, for JSON.stringify. */
  toJSON(): Primitive {
    return toPrimitive(this);
  }
}

nameKind(VersionedObject, 'vifkit.VersionedObject');

/** Whether a field has been given a value (null is one), rather than reading as its default. */
export function isSet<T extends VersionedObject>(object: T, name: Extract<keyof T, string>): boolean {
  return Object.hasOwn(object, name);
}
