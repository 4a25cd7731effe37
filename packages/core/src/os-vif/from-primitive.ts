import { isPlainObject, ownValue, quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
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

/** Values as os-vif stores them. */
const wireForm = formWith(readWireScalar);

/** Values as a plug uses them. */
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
 * Reads an object from its wire form, with all nested objects. Older minor versions are read as they are; the list of
 * changes is ignored. As in os-vif, any field may be unset, even one that the constructor requires: use `isSet` or
 * `requireField` on objects that others made. As in os-vif, texts and numbers are not restricted either, so a name may
 * be one that no link can have. A request to plug such a VIF is refused, and so is `copy`.
 *
 * @param type the expected class, or one of its base classes
 * @throws VifError UNKNOWN_OBJECT for a type that is not a class
 * @throws ValidationError INVALID_OBJECT, UNKNOWN_OBJECT, UNKNOWN_FIELD, INCOMPATIBLE_VERSION; its paths are those of
 *   the data, without the wrapping (`network.subnets.objects[0].cidr`)
 */
export function fromPrimitive(json: unknown): VersionedObject;
/** Reads the wire form of an object of this class or of a subclass. */
export function fromPrimitive<T extends VersionedObject>(json: unknown, type: DeclaredClass<T>): T;
export function fromPrimitive(json: unknown, type: DeclaredClass = VersionedObject): object {
  if (typeof type !== 'function' || typeof type.prototype !== 'object') {
    const text = `The type of a versioned object must be its class, as in VIFBase, not ${quote(type)}`;
    throw new VifError('UNKNOWN_OBJECT', text);
  }
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The versioned object' });
  const object = read(json, type, at, wireForm);
  at.refuse(violationsOf(object, { level: 'wire', partial: true }));
  return object;
}

/** Reads an object to plug: it must have all required fields, and only values that are safe on a host. */
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

/** Builds the object without checking its fields. They are checked once, starting from the outermost object. */
function readWire(
  json: object,
  at: Cursor,
  form: Form,
  wanted: DeclaredClass = VersionedObject,
  subclasses = true,
): object {
  const [name, namespace, version] = ['name', 'namespace', 'version'].map((key) => readHeader(json, key, at));
  const found = findVersionedObject(namespace ?? '', name ?? '');
  if (!found) {
    const remedy = namespace === 'os_vif' ? '' : '; load the package that has it';
    return at.fail(`is of the unknown class ${quote(`${namespace}.${name}`)}${remedy}`, 'UNKNOWN_OBJECT');
  }

  // Checked before nested objects are read: a class may hold only what it declares, so the nesting is bounded.
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
  if (given === ours) return; // the usual case
  if (!isVersion(given)) at.fail(`has versioned_object.version ${quote(given)}, not as in "1.0"`);
  else if (!understands(ours, given))
    at.fail(`is ${name} ${given}; up to ${ours} is understood`, 'INCOMPATIBLE_VERSION');
}
