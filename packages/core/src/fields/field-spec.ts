import type { RuleName, WireType } from './rules.js';

/** A class whose instances are built from declared fields. */
export type DeclaredClass<T extends object = object> = abstract new (...args: never[]) => T;

interface IntegerType {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** A string of decimal digits is read as its number. */
  readonly digits: boolean;
  /** 0 is taken, too, whatever the range: it says that there is none. */
  readonly zero: boolean;
}

/** What a field holds. */
export type FieldType =
  /** With `wire`, os-vif's field takes any text. */
  | { readonly kind: Exclude<RuleName, 'mtu' | 'vlanId'>; readonly wire?: 'text' }
  | IntegerType
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'object'; readonly type: () => DeclaredClass; readonly subclasses: boolean }
  | { readonly kind: 'list'; readonly items: FieldType; readonly length?: number }
  /** Strings by name. Numbers and booleans are read as their text, null as nothing. */
  | { readonly kind: 'strings'; readonly plain: boolean }
  /** Any JSON by name. */
  | { readonly kind: 'map' };

/** A type whose values hold no others, and may be spelled in several ways. */
export type ScalarType = Exclude<
  FieldType,
  { readonly kind: 'enum' | 'object' | 'list' | 'strings' | 'map' }
>;

/** A field as its class declares it: validation, reading and the wire form all go by it. */
export interface FieldSpec {
  readonly type: FieldType;
  /** The field may not be left out. */
  readonly required: boolean;
  /** The field may be null, which is not the same as left out. */
  readonly nullable: boolean;
  /** The version of the class that added the field. */
  readonly since: string | undefined;
  /** What the field reads as while it is unset. */
  readonly default: unknown;
  /** Makes the value that the field is set to when it is left out. */
  readonly initial: (() => unknown) | undefined;
}

export type FieldSpecs = ReadonlyMap<string, FieldSpec>;

// A registered symbol: objects of another copy of this package have it, too.
const kinds: unique symbol = Symbol.for('vifkit.kinds');

interface Named {
  readonly [kinds]?: unknown;
}

const noKinds: readonly string[] = [];
const own = new Map<string, DeclaredClass>();

/**
 * Gives a class its name for other programs and other copies of this package. The name of the class in the code will
 * not do: bundlers change it. Objects carry the names of their class and of all that it extends, nearest first.
 */
export function nameKind(type: DeclaredClass, name: string): void {
  const inherited = kindsOf(type.prototype);
  Object.defineProperty(type.prototype, kinds, { value: Object.freeze([name, ...inherited]) });
  own.set(name, type);
}

/** Whether a value is of the class with this prototype, or of one that extends it; of whichever copy of this package. */
export function hasInstance(this: { readonly prototype: object }, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = kindsOf(value);
  if (names.length === 0) return false; // as of plain JSON, which is asked about most
  const { prototype } = this;
  if (Object.prototype.isPrototypeOf.call(prototype, value)) return true;
  const isPrototype = Object.hasOwn(value, kinds); // of a class itself: it is no instance of it
  return !isPrototype && names.includes(kindName(prototype) ?? '');
}

/** Our class for an object that another copy of this package has made; undefined for all other values. */
export function foreignClassOf(value: unknown): DeclaredClass | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [name] = kindsOf(value);
  const type = name === undefined ? undefined : own.get(name);
  return type && !Object.prototype.isPrototypeOf.call(type.prototype, value) ? type : undefined;
}

/** Our class of the name that the class with this prototype has, whichever copy of this package declared that. */
export function ownClassFor(prototype: object): DeclaredClass | undefined {
  return own.get(kindName(prototype) ?? '');
}

/** The name of the class with this prototype; undefined for one that has noKinds of its own. */
export function kindName(prototype: object): string | undefined {
  return Object.hasOwn(prototype, kinds) ? kindsOf(prototype)[0] : undefined;
}

/** What an object's class is called on the wire and in messages; in the code, if it has no name of its own. */
export function classNameOf(object: object): string {
  return nameOfClass({ prototype: Object.getPrototypeOf(object) });
}

export function nameOfClass({ prototype }: { readonly prototype: object }): string {
  return kindName(prototype)?.split('.').at(-1) ?? prototype.constructor.name;
}

function kindsOf(object: Named): readonly string[] {
  const found = object[kinds];
  return Array.isArray(found) ? found : noKinds;
}

/**
 * How much is asked of values. On the `wire`, what os-vif's fields ask for, which is little more than their types. For a
 * `plug`, what can go safely on a command line, into a batch file, OVSDB or XML. What the latter takes, so does the former.
 */
export type Level = 'wire' | 'plug';

/** What os-vif's fields are that go by our rules, unless a declaration says otherwise. */
const wireTypes = {
  linkName: 'text',
  socketPath: 'text',
  text: 'text',
  uuid: 'uuid',
  mac: 'mac',
  pci: 'pci',
  ip: 'ip',
  cidr: 'cidr',
  boolean: 'boolean',
  integer: 'integer',
} as const satisfies Record<ScalarType['kind'], WireType>;

/** The type that os-vif's field is of. */
export function wireTypeOf(type: ScalarType) {
  return ('wire' in type && type.wire) || wireTypes[type.kind];
}

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
