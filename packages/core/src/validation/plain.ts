/** Whether a value is an object as JSON.parse makes it, of this realm or another. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An own value. Inherited ones do not count, and getters are not called: both are undefined. */
export function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** A record without a prototype: no key of the input can mean anything to it. */
export function emptyRecord<T = unknown>(): Record<string, T> {
  return Object.create(null);
}
