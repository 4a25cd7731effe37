import { isPlainObject, quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { addField } from '../fields/field.js';
import {
  type DeclaredClass,
  type FieldType,
  fieldsOf,
  isKindOf,
  nameKind,
  nameOfClass,
  ownClassFor,
  ownFieldsOf,
  rootName,
} from '../fields/field-spec.js';
import { type OptionRules, optionRules, readDeclared } from '../fields/options.js';
import { compareVersions, isVersion, versionsUpTo } from './version.js';

/** The identity of a class of versioned objects on the wire. */
export interface ObjectIdentity {
  readonly name: string;
  readonly namespace: string;
  /** Major and minor, as in `1.1`. */
  readonly version: string;
  /**
   * The versions of the base class, by the first version of this class that extended them. Without it, version 1.2
   * extended version 1.2 of the base class, or the newest one if that is older.
   */
  readonly builtOn?: Readonly<Record<string, string>>;
}

/** A class and its identity. */
export interface Registration extends ObjectIdentity {
  readonly type: DeclaredClass;
}

// A registered symbol: another copy of this package may have to read a class's identity.
const identityKey: unique symbol = Symbol.for('vifkit.identity');

/** The declared identity of a class, whichever copy of this package it was declared with. */
function declaredIdentity(prototype: {
  readonly [identityKey]?: ObjectIdentity;
}): ObjectIdentity | undefined {
  return Object.hasOwn(prototype, identityKey) ? prototype[identityKey] : undefined;
}

const byName = new Map<string, Registration>();
const byPrototype = new WeakMap<object, Registration>();

const identityRules: OptionRules<ObjectIdentity> = {
  name: optionRules.name,
  namespace: optionRules.name,
  version: { accepts: isVersion, says: 'a version, as in "1.0"' },
  builtOn: {
    accepts: (value) => isPlainObject(value) && Object.entries(value).flat().every(isVersion),
    says: 'an object of versions, as in { "1.0": "1.0", "1.2": "1.1" }',
  },
};

/**
 * Class decorator: registers a class for the wire form, in os-vif's namespace unless another is given. The name must be
 * given explicitly, because bundlers rename classes.
 * @throws VifError PLUGIN_INVALID for a malformed declaration, a class that does not extend VersionedObject, or a field
 *   that it cannot have; PLUGIN_CONFLICT if another class has the name
 */
export function versionedObject(identity: Omit<ObjectIdentity, 'namespace'> & Partial<ObjectIdentity>) {
  return (type: DeclaredClass): void => {
    const owner = `@versionedObject of class ${type.name}`;
    const given = typeof identity === 'object' ? { namespace: 'os_vif', ...identity } : identity;
    const declared = readDeclared<ObjectIdentity>(given, owner, identityRules, ['name', 'version']);
    requireFields(type, declared.version, owner);
    const registration = { ...declared, type };
    const key = keyOf(declared.namespace, declared.name);
    if (byName.has(key))
      throw new VifError(
        'PLUGIN_CONFLICT',
        `Two classes claim the versioned object ${key}: rename one of them`,
      );
    byName.set(key, registration);
    byPrototype.set(type.prototype, registration);
    Object.defineProperty(type.prototype, identityKey, { value: declared });
    nameKind(type, key);
  };
}

/** @throws VifError PLUGIN_INVALID */
function requireFields({ prototype }: DeclaredClass, newest: string, owner: string): void {
  if (!isKindOf(prototype, rootName)) throw invalid(`${owner}: the class must extend VersionedObject`);
  const parent: object = Object.getPrototypeOf(prototype);
  for (const [name, { since }] of ownFieldsOf(prototype)) {
    if (name in parent && !fieldsOf(parent).has(name)) {
      throw invalid(`${owner}: every object has '${name}', so no field can have this name`);
    }
    if (since === undefined || (isVersion(since) && compareVersions(since, newest) <= 0)) continue;
    throw invalid(`${owner}: '${name}' is since ${quote(since)}, which must be a version up to ${newest}`);
  }
}

export function findVersionedObject(namespace: string, name: string): Registration | undefined {
  return byName.get(keyOf(namespace, name));
}

/** The newest versions of the classes that have this name, in any namespace. */
export function versionsOfName(name: string): string[] {
  return [...byName.values()].filter((each) => each.name === name).map((each) => each.version);
}

/** The class with this prototype, and with `subclasses` all its subclasses, sorted by name. */
export function registrationsWithin(prototype: object, subclasses: boolean): Registration[] {
  const within = [...byName.values()].filter(
    ({ type }) =>
      type.prototype === prototype ||
      (subclasses && Object.prototype.isPrototypeOf.call(prototype, type.prototype)),
  );
  return within.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The registration of the class with this prototype. */
function registrationOf(prototype: object): Registration | undefined {
  return byPrototype.get(prototype);
}

/** @throws VifError UNKNOWN_OBJECT if the object's own class is not decorated with `versionedObject` */
export function identityOf(object: object): ObjectIdentity {
  return identityOfClass({ prototype: Object.getPrototypeOf(object) });
}

/** @throws VifError UNKNOWN_OBJECT if the class is not decorated with `versionedObject` */
export function identityOfClass({ prototype }: { readonly prototype: object }): ObjectIdentity {
  const identity = byPrototype.get(prototype);
  if (identity) return identity;
  throw new VifError('UNKNOWN_OBJECT', `${prototype.constructor.name} is not decorated with versionedObject`);
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}.${name}`;
}

/** The fields that the class with this prototype had at one of its versions, inherited ones first. */
export function fieldsAt(prototype: object, version: string): string[] {
  const isNewest = registrationOf(prototype)?.version === version;
  return isNewest ? [...fieldsOf(prototype).keys()] : namesAt(prototype, version);
}

/**
 * The earliest version of a class that extended this version of an ancestor. A peer that has this version of the
 * ancestor has at least that version of the class.
 */
export function earliestOn(prototype: object, ancestor: object, version: string): string | undefined {
  const newest = registrationOf(prototype)?.version;
  return newest && versionsUpTo(newest).find((own) => versionOf(ancestor, prototype, own) === version);
}

/** Without a version (the class is not registered): all fields. */
function namesAt(prototype: object, version: string | undefined): string[] {
  const parent: object | null = Object.getPrototypeOf(prototype);
  const inherited = parent ? namesAt(parent, version && parentVersion(prototype, version)) : [];
  const own = [...ownFieldsOf(prototype)].filter(
    ([, { since }]) => !since || !version || compareVersions(since, version) <= 0,
  );
  return [...inherited, ...own.map(([name]) => name)];
}

function versionOf(ancestor: object, prototype: object, version: string): string | undefined {
  if (prototype === ancestor) return version;
  const parent: object | null = Object.getPrototypeOf(prototype);
  const next = parentVersion(prototype, version);
  return parent && next ? versionOf(ancestor, parent, next) : undefined;
}

/** The version of the parent class that a version of a class extended. */
function parentVersion(prototype: object, version: string): string | undefined {
  const parent = registrationOf(Object.getPrototypeOf(prototype))?.version;
  const own = registrationOf(prototype);
  if (parent === undefined || own === undefined || own.version === version) return parent;
  const { builtOn } = own;
  if (!builtOn) return compareVersions(version, parent) < 0 ? version : parent;
  const steps = Object.keys(builtOn).filter((step) => compareVersions(step, version) <= 0);
  return builtOn[steps.sort(compareVersions).at(-1) ?? ''] ?? parent;
}

/** The namespace of os-vif's own objects. Only os-vif defines its contents. */
const reserved = 'os_vif';

/**
 * Registers a vendor's object class that was declared with another copy of core. It makes a class with the same name
 * and fields; `instanceof` treats the two as the same class.
 *
 * @param owner the package, for messages
 * @throws VifError PLUGIN_INVALID for a class that is not declared, or is in os-vif's namespace; PLUGIN_CONFLICT if
 *   another version of it is already known
 */
export function adoptClass(type: DeclaredClass, owner: string): void {
  const { prototype } = type;
  const identity = declaredIdentity(prototype);
  const name = nameOfClass(type);
  if (!identity) throw invalid(`${name} of ${owner} is not decorated with versionedObject`);
  if (identity.namespace === reserved) {
    throw invalid(
      `${name} of ${owner} needs a namespace of its own: versionedObject({ namespace: 'acme', ... })`,
    );
  }
  if (registrationOf(prototype)) return; // declared with this copy
  const known = findVersionedObject(identity.namespace, identity.name);
  if (known) {
    if (known.version === identity.version) return;
    const text = `${owner} has ${identity.namespace}.${identity.name} ${identity.version}, and ${known.version} is known`;
    throw new VifError('PLUGIN_CONFLICT', `${text}. Install only one version of it.`);
  }
  const parent = ownClassFor(Object.getPrototypeOf(prototype));
  if (!parent) throw invalid(`${name} of ${owner} extends a class that is not known here`);
  const adopted: DeclaredClass = class extends (parent as new () => object) {};
  for (const [field, spec] of ownFieldsOf(prototype)) {
    addField(adopted.prototype, field, { ...spec, type: ownType(spec.type, owner) });
  }
  const { name: called, namespace, version, builtOn } = identity; // another copy of core may have more
  versionedObject({ name: called, namespace, version, ...(builtOn && { builtOn }) })(adopted);
}

/** The type of a field, with our classes in place of those of the other copy. */
function ownType(type: FieldType, owner: string): FieldType {
  if (type.kind === 'list') return { ...type, items: ownType(type.items, owner) };
  if (type.kind !== 'object') return type;
  return {
    ...type,
    type: () => {
      const found = type.type();
      const own = ownClassFor(found.prototype);
      if (own) return own;
      throw invalid(
        `${nameOfClass(found)} of ${owner} is not known here: add it to the package's list of objects`,
      );
    },
  };
}

function invalid(text: string): VifError {
  return new VifError('PLUGIN_INVALID', text);
}
