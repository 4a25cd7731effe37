import { VifError } from '@vifkit/core';

/** A row that exists. */
export type Uuid = readonly ['uuid', string];
/** A row that another operation of the same transaction inserts. */
export type NamedUuid = readonly ['named-uuid', string];
export type Atom = string | number | boolean | Uuid | NamedUuid;
export type OvsdbSet = readonly ['set', readonly Atom[]];
export type OvsdbMap = readonly ['map', readonly (readonly [Atom, Atom])[]];
/** A column's value in the notation of RFC 7047, section 5.1. */
export type Value = Atom | OvsdbSet | OvsdbMap;
export type Row = Readonly<Record<string, Value>>;

export const uuid = (id: string): Uuid => ['uuid', id];

export const namedUuid = (name: string): NamedUuid => ['named-uuid', name];

export const set = (atoms: Iterable<Atom>): OvsdbSet => ['set', [...atoms]];

export const map = (entries: Readonly<Record<string, string>>): OvsdbMap => ['map', Object.entries(entries)];

/** A column of at most one value: the value, or the empty set. */
export const optional = (value: Atom | undefined): Value => value ?? set([]);

/** The elements of a set. The server writes a set of one as the element itself. */
export function readSet(value: Value | undefined): readonly Atom[] {
  if (value === undefined) return [];
  if (isTagged(value, 'set')) return value[1];
  if (isTagged(value, 'map')) throw unexpected('a set', value);
  return [value];
}

export function readUuid(value: Value | undefined): string {
  if (value !== undefined && isTagged(value, 'uuid')) return value[1];
  throw unexpected('a uuid', value);
}

export function readUuids(value: Value | undefined): string[] {
  return readSet(value).map(readUuid);
}

export function readString(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw unexpected('a string', value);
}

/** The integer in a column of at most one value. */
export function readOptionalInteger(value: Value | undefined): number | undefined {
  const [first] = readSet(value);
  if (first === undefined || typeof first === 'number') return first;
  throw unexpected('an integer', value);
}

export function readOptionalString(value: Value | undefined): string | undefined {
  const [first] = readSet(value);
  return first === undefined ? undefined : readString(first);
}

/**
 * A map from strings to strings, such as `external_ids`. The result is cached: a replica keeps the same value for a
 * long time.
 */
export function readStrings(value: Value | undefined): Readonly<Record<string, string>> {
  if (value === undefined || !isTagged(value, 'map')) throw unexpected('a map', value);
  const known = readMaps.get(value);
  if (known) return known;
  const strings = Object.fromEntries(value[1].map(([key, item]) => [readString(key), readString(item)]));
  readMaps.set(value, strings);
  return strings;
}

const readMaps = new WeakMap<Value & object, Readonly<Record<string, string>>>();

/** The value of a key in such a map, if it has one. */
export function readEntry(value: Value | undefined, key: string): string | undefined {
  if (value === undefined || !isTagged(value, 'map')) throw unexpected('a map', value);
  const entry = value[1].find(([each]) => each === key);
  return entry && readString(entry[1]);
}

type Tagged = Extract<Value, readonly unknown[]>;

function isTagged<T extends Tagged[0]>(
  value: Value,
  tag: T,
): value is Extract<Tagged, readonly [T, unknown]> {
  return Array.isArray(value) && value[0] === tag;
}

/** Whether something that a server sent is a row: an object of values in the notation of the RFC. */
export function isRow(value: unknown): value is Row {
  return isObject(value) && Object.values(value).every(isValue);
}

/** Whether it is an object, but not a list. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isValue(value: unknown): value is Value {
  if (isAtom(value)) return true;
  if (!Array.isArray(value) || value.length !== 2 || !Array.isArray(value[1])) return false;
  const [tag, members]: unknown[] = value;
  if (tag === 'set') return (members as unknown[]).every(isAtom);
  return tag === 'map' && (members as unknown[]).every((pair) => isPair(pair) && pair.every(isAtom));
}

function isAtom(value: unknown): value is Atom {
  if (typeof value !== 'object') return true; // of JSON: a string, a number, true or false
  return isPair(value) && (value[0] === 'uuid' || value[0] === 'named-uuid') && typeof value[1] === 'string';
}

function isPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

function unexpected(wanted: string, value: unknown): VifError {
  const shown = JSON.stringify(value)?.slice(0, 100);
  return new VifError('OVSDB_PROTOCOL', `The OVSDB server sent ${shown} instead of ${wanted}`);
}
