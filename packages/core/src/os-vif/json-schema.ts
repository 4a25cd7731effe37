import { fieldsOf } from '../fields/field-spec.js';
import { fieldsSchema, type SchemaForm, writtenForm } from '../fields/json-schema.js';
import type { JsonSchema } from '../fields/rules.js';
import { identityOfClass, type Registration, registrationsWithin } from './registry.js';
import { versionsUpTo } from './version.js';

/**
 * The JSON Schema (draft 2020-12) of the wire form of a class, with the classes of nested objects under `$defs`. It is
 * derived from the declared fields: any field may be unset, and unknown fields are not allowed. Where a field accepts
 * subclasses, those that plugins have registered are included.
 *
 * The schema describes what is written. `fromPrimitive` also reads other spellings (a number as text, say). In one
 * respect the schema is more permissive: it does not count the groups of an abbreviated IPv6 address.
 *
 * @throws VifError UNKNOWN_OBJECT if the class is not decorated with `versionedObject`
 */
export function jsonSchemaOf(type: { readonly prototype: object }): JsonSchema {
  const title = titleOf(type);
  const $defs: Definitions = {};
  const schema = objectSchema(type.prototype, false, writtenForm, $defs);
  return { $schema: draft, title, ...schema, $defs };
}

export const draft = 'https://json-schema.org/draft/2020-12/schema';

/** Schemas that others reference, by name. */
export type Definitions = Record<string, JsonSchema>;

/**
 * The schema of the objects of a class, or with `subclasses` also of its subclasses. It references these definitions,
 * and adds what is missing.
 */
export function objectSchema(
  prototype: object,
  subclasses: boolean,
  form: SchemaForm,
  $defs: Definitions,
): JsonSchema {
  const taken = registrationsWithin(prototype, subclasses);
  for (const each of taken) define(each, form, $defs);
  const refs = taken.map(({ type }) => ({ $ref: `#/$defs/${titleOf(type)}` }));
  return refs.length === 1 ? { ...refs[0] } : { anyOf: refs };
}

function define(registered: Registration, form: SchemaForm, $defs: Definitions): void {
  const { name, namespace, version, type } = registered;
  const key = titleOf(type);
  if ($defs[key]) return;
  $defs[key] = {}; // A class may hold objects of its own class.

  const { required, ...data } = fieldsSchema(fieldsOf(type.prototype), form, (inner) =>
    objectSchema(inner.type().prototype, inner.subclasses, form, $defs),
  );
  $defs[key] = {
    type: 'object',
    properties: {
      'versioned_object.name': { const: name },
      'versioned_object.namespace': { const: namespace },
      'versioned_object.version': { enum: versionsUpTo(version) },
      'versioned_object.data': {
        ...data,
        ...(required.length > 0 && { required }),
        additionalProperties: false,
      },
      'versioned_object.changes': { type: 'array', items: { type: 'string' } },
    },
    required: ['name', 'namespace', 'version', 'data'].map((header) => `versioned_object.${header}`),
  };
}

/**
 * The title of a class. For os-vif's own classes it is the name without the namespace.
 * @throws VifError UNKNOWN_OBJECT
 */
export function titleOf(type: { readonly prototype: object }): string {
  const { name, namespace } = identityOfClass(type);
  return namespace === 'os_vif' ? name : `${namespace}.${name}`;
}
