import { emptyRecord, isPlainObject, ownValue, quote } from '../errors/quote.js';
import { Cursor } from '../fields/cursor.js';
import { type DeclaredClass, type FieldType, fieldsOf } from '../fields/field-spec.js';
import { type OptionRules, readOptions } from '../fields/options.js';
import { earliestOn, fieldsAt, identityOf, identityOfClass, versionsOfName } from './registry.js';
import { isVersion, type Primitive, type PrimitiveValue, understands } from './version.js';

/** The versions of the classes that a peer has, by class name: `{ "VIFPortProfileOpenVSwitch": "1.2" }`. */
export type VersionManifest = Readonly<Record<string, string>>;

/**
 * Reads a manifest. Classes that are not known here are not checked.
 * @throws ValidationError INVALID_OBJECT; INCOMPATIBLE_VERSION for a version that no class of this name has had
 */
export function readManifest(manifest: unknown): VersionManifest {
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The version manifest' });
  if (!isPlainObject(manifest)) return at.fail(`must be a plain object, not ${quote(manifest)}`);
  const versions = emptyRecord<string>();
  for (const name of Object.keys(manifest)) {
    const version = ownValue(manifest, name);
    if (!isVersion(version)) return at.to(name).fail(`must be a version, as in "1.0", not ${quote(version)}`);
    const known = versionsOfName(name);
    if (known.length > 0 && !known.some((ours) => understands(ours, version))) {
      at.to(name).fail(`is ${version}; up to ${known.join(', ')} is understood`, 'INCOMPATIBLE_VERSION');
    }
    versions[name] = version;
  }
  return versions;
}

/**
 * The version to write an object in. A manifest may name only the declared class of a field, as oslo.versionedobjects'
 * own manifests do. The object is then written so that a peer with that class can read it.
 */
function versionFor(
  object: object,
  declared: DeclaredClass | undefined,
  manifest: VersionManifest | undefined,
): string {
  const { name, version } = identityOf(object);
  if (!manifest) return version;
  const wanted = manifest[name];
  if (wanted !== undefined || !declared) return wanted ?? version;
  const base = manifest[identityOfClass(declared).name];
  const earliest = base && earliestOn(Object.getPrototypeOf(object), declared.prototype, base);
  return earliest || version;
}

/** Options for writing an object. */
export interface WriteOptions {
  /**
   * The versions that the reader has of the object's class and of those of its nested objects. Fields that these
   * versions do not have are left out; a class that is not named is written in our version.
   */
  readonly manifest?: VersionManifest | undefined;
}

/** The manifest itself is judged when it is read. */
const writeOptionRules: OptionRules<WriteOptions> = {
  manifest: { accepts: () => true, says: 'a version manifest' },
};

/**
 * The wire form of an object. It has null fields, but not unset ones.
 * @throws VifError UNKNOWN_OBJECT for a class without the `versionedObject` decorator, INVALID_OPTIONS
 * @throws ValidationError INVALID_OBJECT for what is not an object of a class, or a malformed manifest;
 *   INCOMPATIBLE_VERSION for a manifest that names a version that a class never had or that is newer than ours
 */
export function toPrimitive(object: object, options?: WriteOptions): Primitive {
  const { manifest } = readOptions(options, 'toPrimitive', writeOptionRules);
  if (typeof object !== 'object' || object === null || Object.getPrototypeOf(object) === null) {
    const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The versioned object' });
    at.fail(`must be an object of a class, not ${quote(object)}`);
  }
  return write(object, undefined, manifest === undefined ? undefined : readManifest(manifest));
}

function write(
  object: object,
  declared: DeclaredClass | undefined,
  manifest: VersionManifest | undefined,
): Primitive {
  const { name, namespace } = identityOf(object);
  const version = versionFor(object, declared, manifest);
  const prototype: object = Object.getPrototypeOf(object);
  const fields = fieldsOf(prototype);
  const data: Record<string, PrimitiveValue> = {};
  for (const field of fieldsAt(prototype, version)) {
    const spec = fields.get(field);
    if (spec && Object.hasOwn(object, field))
      data[field] = toValue(Reflect.get(object, field), spec.type, manifest);
  }
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': namespace,
    'versioned_object.version': version,
    'versioned_object.data': data,
  };
}

function toValue(value: unknown, type: FieldType, manifest: VersionManifest | undefined): PrimitiveValue {
  if (type.kind === 'list' && Array.isArray(value))
    return value.map((item) => toValue(item, type.items, manifest));
  if (type.kind === 'object' && typeof value === 'object' && value !== null)
    return write(value, type.type(), manifest);
  return value as PrimitiveValue;
}
