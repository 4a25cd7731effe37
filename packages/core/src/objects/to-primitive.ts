import type { DeclaredClass, FieldType } from '../schema/field-spec.js';
import { fieldsOf } from '../schema/field-store.js';
import { fieldsAt } from './class-history.js';
import { readManifest, type VersionManifest, versionFor } from './manifest.js';
import type { Primitive, PrimitiveValue } from './primitive.js';
import { identityOf } from './registry.js';

export interface WriteOptions {
  /**
   * The versions that the reader has, of the object and of all in it. Fields that they did not have are left
   * out; a class that is not named is written as it is here.
   */
  readonly manifest?: VersionManifest | undefined;
}

/**
 * The wire form of an object. A field that is unset is not in it; one that is null is.
 * @throws VifError UNKNOWN_OBJECT for a class without the `versionedObject` decorator
 * @throws ValidationError for a manifest: INVALID_OBJECT when it is malformed, INCOMPATIBLE_VERSION when it
 *   names a version that a class never had, or that is newer than ours
 */
export function toPrimitive(object: object, { manifest }: WriteOptions = {}): Primitive {
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
