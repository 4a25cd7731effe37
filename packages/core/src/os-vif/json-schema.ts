import { type FieldType, fieldsOf } from '../fields/field-spec.js';
import { fieldSchema } from '../fields/json-schema.js';
import type { JsonSchema } from '../fields/rules.js';
import { identityOfClass, type Registration, registrationsWithin } from './registry.js';
import { versionsUpTo } from './version.js';

/**
 * The JSON Schema (draft 2020-12) of the wire form of a class, with all classes that can be in it under `$defs`.
 * It follows from the declared fields: any may be unset, none is unknown. Classes that a plugin registers are in
 * it, where a field takes subclasses.
 *
 * The schema tells what is written. `fromPrimitive` reads other spellings besides (a number as text, say); the schema is
 * wider than it in one thing: it does not count the groups of an abbreviated IPv6 address.
 *
 * @throws VifError UNKNOWN_OBJECT when the class is not decorated with `versionedObject`
 */
export function jsonSchemaOf(type: { readonly prototype: object }): JsonSchema {
  const { name, namespace } = identityOfClass(type);
  const $defs: Record<string, JsonSchema> = {};
  for (const registered of registrationsWithin(type.prototype, false)) define(registered, $defs);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    $ref: refTo({ name, namespace }).$ref,
    $defs,
  };
}

function define(registered: Registration, $defs: Record<string, JsonSchema>): void {
  const { name, namespace, version } = registered;
  const key = keyOf(registered);
  if ($defs[key]) return;
  $defs[key] = {}; // A class may hold objects of its own class.

  const ofObject = ({ type, subclasses }: FieldType & { kind: 'object' }): JsonSchema => {
    const taken = registrationsWithin(type().prototype, subclasses);
    for (const each of taken) define(each, $defs);
    const refs = taken.map(refTo);
    return refs.length === 1 ? { ...refs[0] } : { anyOf: refs };
  };
  const fields = [...fieldsOf(registered.type.prototype)];
  $defs[key] = {
    type: 'object',
    properties: {
      'versioned_object.name': { const: name },
      'versioned_object.namespace': { const: namespace },
      'versioned_object.version': { enum: versionsUpTo(version) },
      'versioned_object.data': {
        type: 'object',
        properties: Object.fromEntries(fields.map(([field, spec]) => [field, fieldSchema(spec, ofObject)])),
        additionalProperties: false,
      },
      'versioned_object.changes': { type: 'array', items: { type: 'string' } },
    },
    required: ['name', 'namespace', 'version', 'data'].map((header) => `versioned_object.${header}`),
  };
}

function refTo(named: { readonly name: string; readonly namespace: string }) {
  return { $ref: `#/$defs/${keyOf(named)}` };
}

/** os-vif's own classes go by their names alone. */
function keyOf({ name, namespace }: { readonly name: string; readonly namespace: string }): string {
  return namespace === 'os_vif' ? name : `${namespace}.${name}`;
}
