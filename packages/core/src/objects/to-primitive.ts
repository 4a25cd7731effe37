import { fieldsOf } from '../schema/field-store.js';
import type { Primitive, PrimitiveValue } from './primitive.js';
import { identityOf } from './registry.js';

/**
 * The wire form of an object. A field that is unset is not in it; one that is null is.
 * @throws VifError UNKNOWN_OBJECT for a class without the `versionedObject` decorator
 */
export function toPrimitive(object: object): Primitive {
  const { name, namespace, version } = identityOf(object);
  const names = [...fieldsOf(Object.getPrototypeOf(object)).keys()];
  const set = names.filter((field) => Object.hasOwn(object, field));
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': namespace,
    'versioned_object.version': version,
    'versioned_object.data': Object.fromEntries(
      set.map((field) => [field, toValue(Reflect.get(object, field))]),
    ),
  };
}

function toValue(value: unknown): PrimitiveValue {
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value === 'object' && value !== null) return toPrimitive(value);
  return value as PrimitiveValue;
}
