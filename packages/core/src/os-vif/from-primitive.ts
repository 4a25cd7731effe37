import { isPlainObject, ownValue, quote } from '../errors/quote.js';
import { Cursor } from '../fields/cursor.js';
import { violationsOf } from '../fields/field-rule.js';
import { classNameOf, type DeclaredClass, nameOfClass } from '../fields/field-spec.js';
import {
  type Form,
  instantiate,
  readFields,
  readScalar,
  readWireScalar,
  refuseUnknownKeys,
} from '../fields/read-fields.js';
import { isPlainText } from '../fields/values.js';
import { findVersionedObject } from './registry.js';
import { isVersion, understands } from './version.js';
import { VersionedObject } from './versioned-object.js';

/** Values as os-vif keeps them. */
const wireForm = formWith(readWireScalar);

/** Values as a plug takes them. */
const plugForm = formWith((type, value) => readScalar(type, readWireScalar(type, value)));

function formWith(scalar: Form['readScalar']): Form {
  const form: Form = {
    nullIsUnset: false,
    initialObjects: new WeakMap(),
    readScalar: scalar,
    readObject: (json, { type, subclasses }, at) =>
      isPlainObject(json) ? readWire(json, at, form, type(), subclasses) : json,
  };
  return form;
}

/**
 * Reads an object from its wire form, with all objects in it. Older minor versions are read as they are;
 * the list of changes is passed over. As in os-vif, any field may be unset, even one that a constructor asks
 * for: use `isSet` or `requireField` on objects of others. As in os-vif, too, text may be any, and so may numbers:
 * a name may be one that no link can have. A request for a plug refuses such a VIF, and so does `copy`.
 *
 * @param type the class that is expected, or one that it extends
 * @throws ValidationError INVALID_OBJECT, UNKNOWN_OBJECT, UNKNOWN_FIELD, INCOMPATIBLE_VERSION; the path in
 *   it is that of the data, without the wrapping (`network.subnets.objects[0].cidr`)
 */
export function fromPrimitive(json: unknown): VersionedObject;
/** Reads the wire form of an object of this class, or of one that extends it. */
export function fromPrimitive<T extends VersionedObject>(json: unknown, type: DeclaredClass<T>): T;
export function fromPrimitive(json: unknown, type: DeclaredClass = VersionedObject): object {
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The versioned object' });
  const object = read(json, type, at, wireForm);
  at.refuse(violationsOf(object, { level: 'wire', partial: true }));
  return object;
}

/** Reads an object that is to be plugged: it has all required fields, and nothing that cannot go to a host. */
export function readPrimitive<T extends object>(json: unknown, type: DeclaredClass<T>, at: Cursor): T {
  const object = read(json, type, at, plugForm);
  at.refuse(violationsOf(object));
  return object;
}

function read<T extends object>(json: unknown, type: DeclaredClass<T>, at: Cursor, form: Form): T {
  if (!isPlainObject(json)) return at.fail(`must be a plain object, not ${quote(json)}`);
  const object = readWire(json, at, form);
  if (!(object instanceof type)) {
    return at.fail(`must be a ${nameOfClass(type)}, not a ${classNameOf(object)}`);
  }
  return object;
}

/** Builds the object without checking its fields: that is done once, from the outermost object. */
function readWire(
  json: object,
  at: Cursor,
  form: Form,
  wanted: DeclaredClass = VersionedObject,
  subclasses = true,
): object {
  const [name, namespace, version] = ['name', 'namespace', 'version'].map((key) => readHeader(json, key, at));
  const found = findVersionedObject(namespace ?? '', name ?? '');
  if (!found) return at.fail(`is of the unknown class ${quote(`${namespace}.${name}`)}`, 'UNKNOWN_OBJECT');

  // Before going deeper: a class may only hold what it declares, so the nesting is bounded.
  const fits = found.type === wanted || (subclasses && found.type.prototype instanceof wanted);
  if (!fits) at.fail(`must be a ${nameOfClass(wanted)}, not a ${found.name}`);
  checkVersion(version, found.version, found.name, at);

  const data = ownValue(json, 'versioned_object.data');
  if (!isPlainObject(data)) return at.fail(`has versioned_object.data that is ${quote(data)}, not an object`);
  refuseUnknownKeys(found.type.prototype, data, at, 'UNKNOWN_FIELD');
  return instantiate(found.type, readFields(found.type, data, at, form));
}

function readHeader(json: object, key: string, at: Cursor): string {
  const value = ownValue(json, `versioned_object.${key}`);
  return isPlainText(value)
    ? value
    : at.fail(`has versioned_object.${key} that is ${quote(value)}, not text`);
}

function checkVersion(given: string | undefined, ours: string, name: string, at: Cursor): void {
  if (given === ours) return; // as nearly all are
  if (!isVersion(given)) at.fail(`has versioned_object.version ${quote(given)}, not as in "1.0"`);
  else if (!understands(ours, given))
    at.fail(`is ${name} ${given}; up to ${ours} is understood`, 'INCOMPATIBLE_VERSION');
}
