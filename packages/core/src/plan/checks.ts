import { isPlainObject, ownValue } from '../validation/plain.js';
import { quote } from '../validation/quote.js';

/** What is wrong with a value at a path: `lacks 'name'`, `has a malformed 'set.mtu' (7)`; empty if nothing is. */
export type Check = (value: unknown, path: string) => readonly string[];

/** Steps are many, and seldom wrong: it is the same list for all that are right. */
const nothing: readonly string[] = [];

/** The checks of an object's keys; it may have no others. */
export type Shape = Readonly<Record<string, Check>>;

export function is(accepts: (value: unknown) => boolean): Check {
  return (value, path) => (accepts(value) ? nothing : [malformed(value, path)]);
}

export function oneOf(...allowed: readonly string[]): Check {
  return is((value) => typeof value === 'string' && allowed.includes(value));
}

export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? nothing : check(value, path));
}

export function shaped(shape: Shape): Check {
  const checks = Object.entries(shape);
  return (value, path) => {
    if (!isPlainObject(value)) return [malformed(value, path)];
    const wrong: string[] = [];
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(shape, key)) wrong.push(`has an unknown ${quote(join(path, key))}`);
    }
    for (const [key, check] of checks) wrong.push(...check(ownValue(value, key), join(path, key)));
    return wrong;
  };
}

/** An object whose shape follows from its value of the key `tag`. */
export function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Check {
  const checks = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, shaped({ ...shape, [tag]: oneOf(name) })]),
  );
  return (value, path) => {
    if (!isPlainObject(value)) return [malformed(value, path)];
    const name = ownValue(value, tag);
    const check = typeof name === 'string' ? checks.get(name) : undefined;
    return check ? check(value, path) : [malformed(name, join(path, tag))];
  };
}

function malformed(value: unknown, path: string): string {
  if (path === '') return `is ${quote(value)}`;
  return value === undefined ? `lacks '${path}'` : `has a malformed '${path}' (${quote(value)})`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
