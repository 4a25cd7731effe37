import { VifError } from '../errors/vif-error.js';
import type { DeclaredClass } from '../schema/field-spec.js';
import { nameKind } from '../schema/kinds.js';

/** How a class of versioned objects is called on the wire. */
export interface ObjectIdentity {
  readonly name: string;
  readonly namespace: string;
  /** Major and minor, as in `1.1`. */
  readonly version: string;
  /**
   * The versions of the class that this one extends, by the version of its own that first built on them. Without
   * it, version 1.2 built on 1.2 of the other, or on its newest if that is older.
   */
  readonly builtOn?: Readonly<Record<string, string>>;
}

/** A class, and how it is called. */
export interface Registration extends ObjectIdentity {
  readonly type: DeclaredClass;
}

// A registered symbol: another copy of this package may have to read how a class is called.
const identityKey: unique symbol = Symbol.for('vifkit.identity');

/** How a class says that it is called, whichever copy of this package it was declared with. */
export function declaredIdentity(prototype: {
  readonly [identityKey]?: ObjectIdentity;
}): ObjectIdentity | undefined {
  return Object.hasOwn(prototype, identityKey) ? prototype[identityKey] : undefined;
}

const byName = new Map<string, Registration>();
const byPrototype = new WeakMap<object, Registration>();

/**
 * Class decorator: makes a class known to the wire form, in os-vif's namespace unless told otherwise. The name has to
 * be written out: bundlers rename classes.
 * @throws VifError PLUGIN_INVALID without a name, PLUGIN_CONFLICT when another class has the name
 */
export function versionedObject(identity: Omit<ObjectIdentity, 'namespace'> & Partial<ObjectIdentity>) {
  return (type: DeclaredClass): void => {
    const registration = { namespace: 'os_vif', ...identity, type };
    if (!registration.name) {
      const text = `The versioned object of class ${type.name} has no name; give it one: versionedObject({ name: '…', … })`;
      throw new VifError('PLUGIN_INVALID', text);
    }
    const key = keyOf(registration.namespace, registration.name);
    if (byName.has(key))
      throw new VifError('PLUGIN_CONFLICT', `Two classes claim the versioned object ${key}`);
    byName.set(key, registration);
    byPrototype.set(type.prototype, registration);
    const { type: _, ...called } = registration;
    Object.defineProperty(type.prototype, identityKey, { value: called });
    nameKind(type, key);
  };
}

export function findVersionedObject(namespace: string, name: string): Registration | undefined {
  return byName.get(keyOf(namespace, name));
}

/** The newest versions of the classes that have this name, of whatever namespace. */
export function versionsOfName(name: string): string[] {
  return [...byName.values()].filter((each) => each.name === name).map((each) => each.version);
}

/** The class with this prototype, and with `subclasses` all that extend it, by name. */
export function registrationsWithin(prototype: object, subclasses: boolean): Registration[] {
  const within = [...byName.values()].filter(
    ({ type }) =>
      type.prototype === prototype ||
      (subclasses && Object.prototype.isPrototypeOf.call(prototype, type.prototype)),
  );
  return within.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a class was registered as, by its prototype. */
export function registrationOf(prototype: object): Registration | undefined {
  return byPrototype.get(prototype);
}

/** @throws VifError UNKNOWN_OBJECT when the object's own class is not decorated with `versionedObject` */
export function identityOf(object: object): ObjectIdentity {
  return identityOfClass({ prototype: Object.getPrototypeOf(object) });
}

/** @throws VifError UNKNOWN_OBJECT when the class is not decorated with `versionedObject` */
export function identityOfClass({ prototype }: { readonly prototype: object }): ObjectIdentity {
  const identity = byPrototype.get(prototype);
  if (identity) return identity;
  throw new VifError('UNKNOWN_OBJECT', `${prototype.constructor.name} is not decorated with versionedObject`);
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}.${name}`;
}
