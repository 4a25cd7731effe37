import { closestMatch } from 'leven';
import type { ErrorCode } from '../errors/codes.js';
import { emptyRecord, isPlainObject, ownValue, quote } from '../errors/quote.js';
import type { Cursor } from './cursor.js';
import { pathTo, violationsOf } from './field-rule.js';
import {
  type DeclaredClass,
  type FieldSpec,
  type FieldSpecs,
  type FieldType,
  fieldsOf,
  foreignClassOf,
  isClosed,
  isOpen,
  markBuilt,
  passedOverBy,
  type ScalarType,
  wireTypeOf,
} from './field-spec.js';
import { canonical, isIpAddress } from './values.js';

/** A value in the one spelling that we keep it in; one that is not of the type is given back as it is. */
export function readScalar(type: ScalarType, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type.kind === 'integer') return type.digits && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return canonical[type.kind]?.(value) ?? value;
}

/**
 * As oslo.versionedobjects coerces a value of the wire: numbers from text, and the other way round. What it would
 * make something else of (`true` of the text `no`, 5 of 5.7) is given back as it is.
 */
export function readWireScalar(type: ScalarType, value: unknown): unknown {
  const wire = wireTypeOf(type);
  switch (wire) {
    case 'integer':
      return toInteger(value);
    case 'boolean':
      return value === 0 || value === 1 ? value === 1 : value;
    case 'text':
      return Number.isSafeInteger(value) ? String(value) : value;
    default:
      return typeof value === 'string' ? (canonical[wire]?.(withPrefix(wire, value)) ?? value) : value;
  }
}

function toInteger(value: unknown): unknown {
  const isDecimal = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value);
  // Python's integers have no negative zero.
  return isDecimal || value === 0 ? Number(value) + 0 : value;
}

/** A network without a prefix length is that of its one address. */
function withPrefix(wire: string, text: string): string {
  if (wire !== 'cidr' || !isIpAddress(text)) return text;
  return `${text}/${text.includes(':') ? 128 : 32}`;
}

/** An input may have very many keys. */
const mostTold = 10;

/** Keys that are longer are no slip of the pen. */
const longestTypo = 40;

/**
 * Refuses keys of an object that the class with this prototype does not declare.
 * @throws ValidationError of the cursor's code, unless another is given
 */
export function refuseUnknownKeys(prototype: object, given: object, at: Cursor, code?: ErrorCode): void {
  const fields = fieldsOf(prototype);
  const passedOver = passedOverBy(prototype);
  const unknown = Object.keys(given).filter((key) => !fields.has(key) && !passedOver.includes(key));
  if (unknown.length === 0) return;
  const known = [...fields.keys(), ...passedOver];
  const violations = unknown
    .slice(0, mostTold)
    .map((key) => ({ path: pathTo('', key), message: `is not known; ${meant(key, known)}` }));
  at.failAll(violations, code);
}

/** What a key that is not known may have been meant to be: the end of a sentence. */
export function meant(key: string, known: readonly string[]): string {
  const isShort = key.length <= longestTypo;
  const spellings = new Map(known.map((each) => [each.toLowerCase(), each]));
  const found = isShort
    ? closestMatch(key.toLowerCase(), [...spellings.keys()], { maxDistance: 2 })
    : undefined;
  const near = found === undefined ? undefined : spellings.get(found);
  const all = known.join(', ') || 'none';
  return near === undefined ? `known are ${all}` : `did you mean '${near}'? Known are ${all}`;
}

/** A form in which objects are written. */
export interface Form {
  /** Whether null says the same as leaving a field out. */
  readonly nullIsUnset: boolean;
  /** What fields were set to that were left out, if it is an object: it is frozen, so that all can have the same. */
  readonly initialObjects: WeakMap<FieldSpec, object>;
  /** Reads a value that holds no others. What is not in this form is returned as it is, for the rules to find. */
  readScalar(type: ScalarType, value: unknown): unknown;
  /**
   * Reads an object within an object, unless it is an instance already. What is not in this form is returned
   * as it is: class-validator will find it to be no instance of the class.
   */
  readObject(json: unknown, type: FieldType & { kind: 'object' }, at: Cursor): unknown;
}

// Either would change what the object is: its prototype, or the class that class-validator takes it for.
const reserved = new Set(['__proto__', 'constructor']);

/** The values of a class's fields as an object has them; nothing is checked but size and depth. */
export function readFields(
  type: { readonly prototype: object },
  from: object,
  at: Cursor,
  form: Form,
): Record<string, unknown> {
  const fields = fieldsOf(type.prototype);
  const values = emptyRecord();
  if (isClosed(type.prototype)) refuseUnknownKeys(type.prototype, from, at);
  for (const [name, spec] of fields) {
    const given = ownValue(from, name);
    const unset = given === undefined || (given === null && form.nullIsUnset);
    const value = unset ? readInitial(name, spec, at, form) : readValue(spec.type, given, at.to(name), form);
    if (value !== undefined) values[name] = value;
  }
  if (isOpen(type.prototype)) copyUnknown(from, fields, values, at);
  return values;
}

/** An instance of a class with these fields, for good: it is frozen. The class's constructor is not run. */
export function instantiate<T extends object>(type: DeclaredClass<T>, values: Record<string, unknown>): T {
  return fill(Object.create(type.prototype), values);
}

/**
 * Gives an object its fields, for good. One by one: objects of a class then have one shape in V8, and are made in a third of
 * the time that `defineProperty` takes.
 * @param values has no prototype
 */
export function fill<T extends object>(object: T, values: Record<string, unknown>): T {
  const fields: Record<string, unknown> = Object(object); // itself
  for (const name in values) fields[name] = values[name];
  markBuilt(object);
  return Object.freeze(object);
}

function readInitial(name: string, spec: FieldSpec, at: Cursor, form: Form): unknown {
  const shared = form.initialObjects.get(spec);
  if (shared !== undefined) return shared;
  const given = spec.initial?.();
  if (given === undefined) return undefined;
  const value = readValue(spec.type, given, at.to(name), form);
  if (typeof value === 'object' && value !== null && Object.isFrozen(value)) {
    form.initialObjects.set(spec, value);
  }
  return value;
}

function readValue(type: FieldType, value: unknown, at: Cursor, form: Form): unknown {
  switch (type.kind) {
    case 'object':
      return readInner(value, type, at, form);
    case 'list':
      return Array.isArray(value)
        ? readList(value, at, (item, to) => readValue(type.items, item, to, form))
        : value;
    case 'strings':
      return isPlainObject(value) ? readStrings(value, at) : value;
    case 'map':
      return copy(value, at);
    case 'enum':
      return value;
    default:
      return form.readScalar(type, value);
  }
}

function readInner(value: unknown, type: FieldType & { kind: 'object' }, at: Cursor, form: Form): unknown {
  if (value instanceof type.type()) return adopt(value, at);
  return form.readObject(value, type, at);
}

/** Values are in their one spelling already. */
const adoption: Form = {
  nullIsUnset: false,
  initialObjects: new WeakMap(),
  readScalar: (_, value) => value,
  readObject: (value) => value,
};

/**
 * An object that another copy of this package has made, as one of ours, with all objects in it: what is known of
 * objects by having made them is known to their maker alone. It is not checked yet. Any other value stays as it is.
 */
export function adopt<T>(value: T, at: Cursor): T {
  const type = foreignClassOf(value);
  if (type === undefined || typeof value !== 'object' || value === null) return value;
  refuseUnknownKeys(type.prototype, value, at, 'UNKNOWN_FIELD');
  return instantiate(type, readFields(type, value, at, adoption)) as T;
}

function readList(list: readonly unknown[], at: Cursor, read: (item: unknown, at: Cursor) => unknown) {
  const items: unknown[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const key = String(index);
    items.push(read(ownValue(list, key), at.to(key)));
  }
  return Object.freeze(items);
}

function readStrings(map: object, at: Cursor): Readonly<Record<string, unknown>> {
  const strings = emptyRecord();
  for (const key of Object.keys(map)) {
    const value = readText(ownValue(map, key));
    at.to(key);
    if (value !== null && !reserved.has(key)) strings[key] = value;
  }
  return Object.freeze(strings);
}

function readText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** A copy of JSON that nothing but its own data is in. */
function copy(value: unknown, at: Cursor): unknown {
  if (Array.isArray(value)) return readList(value, at, copy);
  if (!isPlainObject(value)) return typeof value === 'object' || typeof value === 'function' ? null : value;
  const copied = emptyRecord();
  for (const key of Object.keys(value)) {
    if (!reserved.has(key)) copied[key] = copy(ownValue(value, key), at.to(key));
  }
  return Object.freeze(copied);
}

function copyUnknown(from: object, fields: FieldSpecs, values: Record<string, unknown>, at: Cursor): void {
  for (const key of Object.keys(from)) {
    if (!fields.has(key) && !reserved.has(key)) values[key] = copy(ownValue(from, key), at.to(key));
  }
}

/** Plain JSON, in which null and absence are the same. Unknown keys are passed over, unless the class keeps them. */
const inputForm: Form = {
  nullIsUnset: true,
  initialObjects: new WeakMap(),
  readScalar,
  readObject(json, { type }, at) {
    return isPlainObject(json) ? instantiate(type(), readFields(type(), json, at, inputForm)) : json;
  },
};

/**
 * Builds an object of a declared class from plain JSON, and has it checked.
 * @throws ValidationError with the cursor's code
 */
export function readInput<T extends object>(type: DeclaredClass<T>, json: unknown, at: Cursor): T {
  if (!isPlainObject(json)) return at.fail(`must be a plain object, not ${quote(json)}`);
  const object = instantiate(type, readFields(type, json, at, inputForm));
  at.refuse(violationsOf(object));
  return object;
}
