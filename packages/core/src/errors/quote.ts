/** Whether a value is a plain object, like those JSON.parse makes, from this realm or another. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The value of an own property. For an inherited property or a getter it is undefined; getters are not called. */
export function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** A record without a prototype, so that no key of the input has a special meaning. */
export function emptyRecord<T = unknown>(): Record<string, T> {
  return Object.create(null);
}

const longest = 60;

/** A value as messages show it. Never throws, not even for a plugin's misbehaving proxy. */
export function quote(value: unknown): string {
  try {
    return show(value);
  } catch {
    return 'an object that cannot be read';
  }
}

/** On one line, truncated, and with terminal control characters escaped. */
function show(value: unknown): string {
  if (typeof value === 'string') {
    const cut = value.length > longest ? `${value.slice(0, longest)}...` : value;
    return JSON.stringify(cut).replace(/\p{C}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null)
    return isPlainObject(value) ? 'a plain object' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
