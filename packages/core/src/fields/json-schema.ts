import { type FieldSpec, type FieldType, wireTypeOf } from './field-spec.js';
import { type JsonSchema, wireSchemas } from './rules.js';

/** The schema of an object within an object. */
export type SchemaOfObject = (type: FieldType & { kind: 'object' }) => JsonSchema;

/** The schema of a field on the wire, from its declaration. */
export function fieldSchema(spec: FieldSpec, ofObject: SchemaOfObject): JsonSchema {
  const schema = typeSchema(spec.type, ofObject);
  return {
    ...(spec.nullable ? { anyOf: [schema, { type: 'null' }] } : schema),
    ...(spec.default !== undefined && { default: spec.default }),
  };
}

function typeSchema(type: FieldType, ofObject: SchemaOfObject): JsonSchema {
  switch (type.kind) {
    case 'enum':
      return { type: 'string', enum: type.values };
    case 'object':
      return ofObject(type);
    case 'list':
      return {
        type: 'array',
        items: typeSchema(type.items, ofObject),
        ...(type.length !== undefined && { minItems: type.length, maxItems: type.length }),
      };
    case 'strings':
      return { type: 'object', additionalProperties: { type: 'string' } };
    case 'map':
      return { type: 'object' };
    default:
      return wireSchemas[wireTypeOf(type)];
  }
}
