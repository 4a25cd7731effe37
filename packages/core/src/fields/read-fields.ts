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

/** A value in its canonical spelling. A value that is not of the type is returned unchanged. */
export function readScalar(type: ScalarType, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type.kind === 'integer') return type.digits && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return canonical[type.kind]?.(value) ?? value;
}

/**
 * A wire value as oslo.versionedobjects coerces it: text to a number, or a number to text. Where that coercion would
 * change the meaning (`true` for the text `no`, 5 for 5.7), the value is returned unchanged.
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
  // A byte order mark is white space here, and not in Python.
  const isDecimal = typeof value === 'string' && /^[^\S\uFEFF]*[+-]?\d+[^\S\uFEFF]*$/.test(value);
  // Python's integers have no negative zero.
  return isDecimal || value === 0 ? Number(value) + 0 : value;
}

/** An address without a prefix length is the network of that one address. */
function withPrefix(wire: string, text: string): string {
  if (wire !== 'cidr' || !isIpAddress(text)) return text;
  return `${text}/${text.includes(':') ? 128 : 32}`;
}

/** A limit for messages: an input may have very many keys. */
const maxListed = 10;

/** Longer keys are not typing errors. */
const maxTypoLength = 40;

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
    .slice(0, maxListed)
    .map((key) => ({ path: pathTo('', key), message: `is not known; ${suggestion(key, known)}` }));
  at.failAll(violations, code);
}

/** A suggestion for an unknown key: the end of a sentence. */
export function suggestion(key: string, known: readonly string[]): string {
  const isShort = key.length <= maxTypoLength;
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
  /** Whether null means the same as leaving a field out. */
  readonly nullIsUnset: boolean;
  /** The objects that left-out fields were set to. They are frozen, so that they can be shared. */
  readonly initialObjects: WeakMap<FieldSpec, object>;
  /** Reads a scalar. A value that is not in this form is returned unchanged; the rules will report it. */
  readScalar(type: ScalarType, value: unknown): unknown;
  /**
   * Reads a nested object, unless it is already an instance. A value that is not in this form is returned unchanged;
   * class-validator will report that it is not an instance of the class.
   */
  readObject(json: unknown, type: FieldType & { kind: 'object' }, at: Cursor): unknown;
}

// Either would change the object's identity: its prototype, or the class that class-validator sees.
const reserved = new Set(['__proto__', 'constructor']);

/** The values of a class's fields, read from an object. Only size and depth are checked. */
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

/** A frozen instance of a class with these fields. The class's constructor is not called. */
export function instantiate<T extends object>(type: DeclaredClass<T>, values: Record<string, unknown>): T {
  return fill(Object.create(type.prototype), values);
}

/**
 * Sets an object's fields and freezes it. The fields are assigned one by one: all objects of a class then share one
 * shape in V8, and this takes a third of the time of `defineProperty`.
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

/** Values already have their canonical spelling. */
const adoption: Form = {
  nullIsUnset: false,
  initialObjects: new WeakMap(),
  readScalar: (_, value) => value,
  readObject: (value) => value,
};

/**
 * Converts an object that another copy of this package made, with its nested objects, to one of ours: each copy knows
 * only the objects it made itself. The result is not checked yet. Any other value is returned unchanged.
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

/** A copy of JSON that contains only its own data. */
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

/** Plain JSON, in which null and absence are the same. Unknown keys are ignored unless the class keeps them. */
const inputForm: Form = {
  nullIsUnset: true,
  initialObjects: new WeakMap(),
  readScalar,
  readObject(json, { type }, at) {
    return isPlainObject(json) ? instantiate(type(), readFields(type(), json, at, inputForm)) : json;
  },
};

/**
 * Builds an object of a declared class from plain JSON, and checks it.
 * @throws ValidationError with the cursor's code
 */
export function readInput<T extends object>(type: DeclaredClass<T>, json: unknown, at: Cursor): T {
  if (!isPlainObject(json)) return at.fail(`must be a plain object, not ${quote(json)}`);
  const object = instantiate(type, readFields(type, json, at, inputForm));
  at.refuse(violationsOf(object));
  return object;
}
