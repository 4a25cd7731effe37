import type { FieldSpec, FieldSpecs } from './field-spec.js';

// A registered symbol: another copy of this package may have to read what a class declares.
const ownFields: unique symbol = Symbol.for('vifkit.fields');

interface Declaring {
  readonly [ownFields]?: Map<string, FieldSpec>;
}

const none: FieldSpecs = new Map();
const merged = new WeakMap<object, FieldSpecs>();

/** Records a field of the class that has this prototype. */
export function declareField(prototype: object, name: string, spec: FieldSpec): void {
  const own = declaredBy(prototype);
  if (own) own.set(name, spec);
  else Object.defineProperty(prototype, ownFields, { value: new Map([[name, spec]]) });
}

/** The fields that the class with this prototype adds to those it inherits. */
export function ownFieldsOf(prototype: object): FieldSpecs {
  return declaredBy(prototype) ?? none;
}

function declaredBy(prototype: Declaring): Map<string, FieldSpec> | undefined {
  return Object.hasOwn(prototype, ownFields) ? prototype[ownFields] : undefined;
}

/** The fields of a class by its prototype: inherited ones first. */
export function fieldsOf(prototype: object): FieldSpecs {
  const known = merged.get(prototype);
  if (known) return known;
  const parent: object | null = Object.getPrototypeOf(prototype);
  const fields = new Map([...(parent ? fieldsOf(parent) : []), ...ownFieldsOf(prototype)]);
  merged.set(prototype, fields);
  return fields;
}

const open = new WeakSet<object>();

/** Class decorator: keys that the class does not declare are kept, as plain JSON. */
export function keepsUnknownKeys(target: { readonly prototype: object }): void {
  open.add(target.prototype);
}

export function isOpen(prototype: object): boolean {
  return open.has(prototype);
}

/** By prototype, the keys that are passed over. */
const closed = new WeakMap<object, readonly string[]>();

/** Class decorator: keys of an input that the class does not declare are refused, but for these, which are passed over. */
export function refusesUnknownKeys(...passedOver: readonly string[]) {
  return (target: { readonly prototype: object }): void => {
    closed.set(target.prototype, passedOver);
  };
}

export function isClosed(prototype: object): boolean {
  return closed.has(prototype);
}

/** The keys that an input may have beside the declared ones, without any effect. */
export function passedOverBy(prototype: object): readonly string[] {
  return closed.get(prototype) ?? [];
}

const built = new WeakSet<object>();

/** Notes that an object has been filled by us and frozen: what was found of it stays so. */
export function markBuilt(object: object): void {
  built.add(object);
}

/** Whether it is such an object; one that only has the prototype of a declared class, or a proxy, is not. */
export function isBuilt(object: object): boolean {
  return built.has(object);
}
