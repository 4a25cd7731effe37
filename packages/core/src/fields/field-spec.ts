import type { RuleName, WireType } from './rules.js';

/** A class whose instances are built from declared fields. */
export type DeclaredClass<T extends object = object> = abstract new (...args: never[]) => T;

interface IntegerType {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** A string of decimal digits is read as a number. */
  readonly digits: boolean;
  /** 0 is accepted whatever the range, and means "none". */
  readonly zero: boolean;
}

/** What a field holds. */
export type FieldType =
  /** With `wire`, os-vif's field accepts any text. */
  | { readonly kind: Exclude<RuleName, 'mtu' | 'vlanId'>; readonly wire?: 'text' }
  | IntegerType
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'object'; readonly type: () => DeclaredClass; readonly subclasses: boolean }
  | { readonly kind: 'list'; readonly items: FieldType; readonly length?: number }
  /** Strings by name. Numbers and booleans are read as text; null means absent. */
  | { readonly kind: 'strings'; readonly plain: boolean }
  /** Any JSON by name. */
  | { readonly kind: 'map' };

/** A type whose values contain no others, and may have several spellings. */
export type ScalarType = Exclude<
  FieldType,
  { readonly kind: 'enum' | 'object' | 'list' | 'strings' | 'map' }
>;

/** A field as its class declares it. Validation, reading and the wire form all follow from it. */
export interface FieldSpec {
  readonly type: FieldType;
  /** The field may not be left out. */
  readonly required: boolean;
  /** The field may be null, which is different from being left out. */
  readonly nullable: boolean;
  /** The version of the class that added the field. */
  readonly since: string | undefined;
  /** The value of the field while it is unset. */
  readonly default: unknown;
  /** Makes the value that the field is set to if it is left out. */
  readonly initial: (() => unknown) | undefined;
}

export type FieldSpecs = ReadonlyMap<string, FieldSpec>;

// A registered symbol: objects from another copy of this package have it too.
const kinds: unique symbol = Symbol.for('vifkit.kinds');

interface Named {
  readonly [kinds]?: unknown;
}

const noKinds: readonly string[] = [];
/** The classes of this copy of the package, by their names. */
const ownClasses = new Map<string, DeclaredClass>();

/**
 * Gives a class the name that other programs and other copies of this package know it by. The class's own name in the
 * code is not stable, because bundlers change it. Objects carry the names of their class and of all its ancestors,
 * nearest first.
 */
export function nameKind(type: DeclaredClass, name: string): void {
  const inherited = kindsOf(type.prototype);
  Object.defineProperty(type.prototype, kinds, { value: Object.freeze([name, ...inherited]) });
  ownClasses.set(name, type);
}

/** Whether a value is an instance of the class with this prototype or of a subclass, from any copy of this package. */
export function hasInstance(this: { readonly prototype: object }, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = kindsOf(value);
  if (names.length === 0) return false; // such as plain JSON, the most frequent case
  const { prototype } = this;
  if (Object.prototype.isPrototypeOf.call(prototype, value)) return true;
  const isPrototype = Object.hasOwn(value, kinds); // a class's prototype is not an instance of the class
  return !isPrototype && names.includes(kindName(prototype) ?? '');
}

/** Our class for an object that another copy of this package made; undefined for any other value. */
export function foreignClassOf(value: unknown): DeclaredClass | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [name] = kindsOf(value);
  const type = name === undefined ? undefined : ownClasses.get(name);
  return type && !Object.prototype.isPrototypeOf.call(type.prototype, value) ? type : undefined;
}

/** Our class with the same name as the class with this prototype, which any copy of this package may have declared. */
export function ownClassFor(prototype: object): DeclaredClass | undefined {
  return ownClasses.get(kindName(prototype) ?? '');
}

/** The name of the class that all classes of versioned objects extend. */
export const rootName = 'vifkit.VersionedObject';

/** Whether the class with this prototype, or an ancestor of it, has the name. */
export function isKindOf(prototype: object, name: string): boolean {
  return kindsOf(prototype).includes(name);
}

/** The name of the class with this prototype; undefined if the class has no name of its own. */
export function kindName(prototype: object): string | undefined {
  return Object.hasOwn(prototype, kinds) ? kindsOf(prototype)[0] : undefined;
}

/** The name of an object's class on the wire and in messages; its name in the code if it has no other. */
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
 * How strictly values are checked. `wire` checks what os-vif's fields check, which is little more than their types.
 * `plug` requires values that are safe on a command line, in a batch file, in OVSDB and in XML. Whatever `plug`
 * accepts, `wire` accepts too.
 */
export type Level = 'wire' | 'plug';

/** The types of os-vif's fields for our rules, unless a declaration says otherwise. */
const wireTypes = {
  linkName: 'text',
  socketPath: 'text',
  portProfile: 'text',
  text: 'text',
  uuid: 'uuid',
  mac: 'mac',
  pci: 'pci',
  ip: 'ip',
  cidr: 'cidr',
  boolean: 'boolean',
  integer: 'integer',
} as const satisfies Record<ScalarType['kind'], WireType>;

/** The type of os-vif's field. */
export function wireTypeOf(type: ScalarType) {
  return ('wire' in type && type.wire) || wireTypes[type.kind];
}

// A registered symbol: another copy of this package may have to read a class's declarations.
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

/** The fields that the class with this prototype declares itself, without inherited ones. */
export function ownFieldsOf(prototype: object): FieldSpecs {
  return declaredBy(prototype) ?? none;
}

function declaredBy(prototype: Declaring): Map<string, FieldSpec> | undefined {
  return Object.hasOwn(prototype, ownFields) ? prototype[ownFields] : undefined;
}

/** The fields of the class with this prototype, inherited ones first. */
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

/** The keys that are ignored, by prototype. */
const closed = new WeakMap<object, readonly string[]>();

/** Class decorator: input keys that the class does not declare are refused, except for these, which are ignored. */
export function refusesUnknownKeys(...passedOver: readonly string[]) {
  return (target: { readonly prototype: object }): void => {
    closed.set(target.prototype, passedOver);
  };
}

export function isClosed(prototype: object): boolean {
  return closed.has(prototype);
}

/** The keys besides the declared ones that an input may have, and that are ignored. */
export function passedOverBy(prototype: object): readonly string[] {
  return closed.get(prototype) ?? [];
}

const built = new WeakSet<object>();

/** Records that we filled and froze an object, so that what was found about it stays true. */
export function markBuilt(object: object): void {
  built.add(object);
}

/**
 * Whether {@link markBuilt} recorded the object. An object that merely has the prototype of a declared class, or a
 * proxy, is not recorded.
 */
export function isBuilt(object: object): boolean {
  return built.has(object);
}
