import { VifError } from '../errors/vif-error.js';
import type { DeclaredClass } from '../schema/field-spec.js';

/** How a class of versioned objects is called on the wire. */
export interface ObjectIdentity {
  readonly name: string;
  readonly namespace: string;
  /** Major and minor, as in `1.1`. */
  readonly version: string;
}

interface Registration extends ObjectIdentity {
  readonly type: DeclaredClass;
}

const byName = new Map<string, Registration>();
const byPrototype = new WeakMap<object, ObjectIdentity>();

/**
 * Class decorator: makes a class known to the wire form, under its own name and os-vif's namespace unless
 * told otherwise.
 * @throws VifError PLUGIN_CONFLICT when another class has the name
 */
export function versionedObject(identity: Partial<ObjectIdentity> & Pick<ObjectIdentity, 'version'>) {
  return (type: DeclaredClass): void => {
    const registration = { name: type.name, namespace: 'os_vif', ...identity, type };
    const key = keyOf(registration.namespace, registration.name);
    if (byName.has(key))
      throw new VifError('PLUGIN_CONFLICT', `Two classes claim the versioned object ${key}`);
    byName.set(key, registration);
    byPrototype.set(type.prototype, registration);
  };
}

export function findVersionedObject(namespace: string, name: string): Registration | undefined {
  return byName.get(keyOf(namespace, name));
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
