import { VifError } from '../errors/vif-error.js';
import { addField } from '../schema/field.js';
import type { DeclaredClass, FieldType } from '../schema/field-spec.js';
import { ownFieldsOf } from '../schema/field-store.js';
import { nameOfClass, ownClassFor } from '../schema/kinds.js';
import { declaredIdentity, findVersionedObject, registrationOf, versionedObject } from './registry.js';

/** The namespace of os-vif's own objects: what is in it is os-vif's to say. */
const reserved = 'os_vif';

/**
 * Makes a vendor's class of objects known here, where the vendor's package has a copy of core of its own and has declared
 * the class with that: a class of ours is made, of the same name and with the same fields. The two are the same to
 * `instanceof`.
 *
 * @param owner the package, for messages
 * @throws VifError PLUGIN_INVALID for a class that is not declared, or in a namespace that is not the vendor's;
 *   PLUGIN_CONFLICT when another version of it is known already
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
  if (registrationOf(prototype)) return; // declared with this very copy
  const known = findVersionedObject(identity.namespace, identity.name);
  if (known) {
    if (known.version === identity.version) return;
    const text = `${owner} has ${identity.namespace}.${identity.name} ${identity.version}, and ${known.version} is known`;
    throw new VifError('PLUGIN_CONFLICT', `${text}. Have one version of it installed.`);
  }
  const parent = ownClassFor(Object.getPrototypeOf(prototype));
  if (!parent) throw invalid(`${name} of ${owner} extends a class that is not known here`);
  const adopted: DeclaredClass = class extends (parent as new () => object) {};
  for (const [field, spec] of ownFieldsOf(prototype)) {
    addField(adopted.prototype, field, { ...spec, type: ownType(spec.type, owner) });
  }
  versionedObject(identity)(adopted);
}

/** The type of a field, with our classes in it. */
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
        `${nameOfClass(found)} of ${owner} is not known here: it belongs in the package's list of objects`,
      );
    },
  };
}

function invalid(text: string): VifError {
  return new VifError('PLUGIN_INVALID', text);
}
