import { type Atom, type Row, readSet, type Value } from '@vifkit/host/parts';
import type { Column } from './schema.js';

export function initialOf({ holds, initial = '' }: Column): Value {
  return holds === 'value' ? initial : [holds, []];
}

/** As the server sends it: only the columns that were asked for. */
export function shown(id: string, row: Row, columns?: readonly string[]): Row {
  const whole = { ...row, _uuid: ['uuid', id] as const };
  if (!columns) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([key]) => columns.includes(key)));
}

/** The ids that a column refers to; not the names of rows that a transaction inserts. */
export function idsIn(value: Value | undefined): string[] {
  return readSet(value).flatMap((atom) => (Array.isArray(atom) && atom[0] === 'uuid' ? [atom[1]] : []));
}

/** A set as the server writes it: one of one element as the element. */
export function asSet(atoms: readonly Atom[]): Value {
  const unique = [...new Map(atoms.map((atom) => [canonical(atom), atom])).values()];
  const [only] = unique;
  return unique.length === 1 && only !== undefined ? only : ['set', unique];
}

export function isMap(value: Value): value is readonly ['map', readonly (readonly [Atom, Atom])[]] {
  return Array.isArray(value) && value[0] === 'map';
}

export function pairsIn(value: Value): readonly (readonly [Atom, Atom])[] {
  return isMap(value) ? value[1] : [];
}

/** The elements of a set or map, each as a text. */
export function elements(value: Value): string[] {
  return isMap(value) ? value[1].map((pair) => JSON.stringify(pair)) : readSet(value).map(canonical);
}

export function canonical(value: Value): string {
  if (!Array.isArray(value) || !(value[0] === 'set' || value[0] === 'map')) return JSON.stringify(value);
  return JSON.stringify([value[0], elements(value).sort()]);
}

export function canonicalRow(row: Row): string {
  return JSON.stringify(
    Object.keys(row)
      .sort()
      .map((key) => [key, canonical(row[key] ?? '')]),
  );
}
