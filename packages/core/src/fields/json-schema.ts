import {
  type FieldSpec,
  type FieldSpecs,
  type FieldType,
  type ScalarType,
  wireTypeOf,
} from './field-spec.js';
import { type JsonSchema, plugSchemas, wireSchemas } from './rules.js';

/** The schema of an object within an object. */
type SchemaOfObject = (type: FieldType & { kind: 'object' }) => JsonSchema;

/** A form that schemas describe. */
export interface SchemaForm {
  /** Whether null means the same as leaving a field out. */
  readonly nullIsUnset: boolean;
  /** Whether required fields must be present. */
  readonly isWhole: boolean;
  scalar(type: ScalarType): JsonSchema;
  /** The values of a map of strings. */
  strings(plain: boolean): JsonSchema;
}

/** os-vif's objects as they are written. */
export const writtenForm: SchemaForm = {
  nullIsUnset: false,
  isWhole: false,
  scalar: (type) => wireSchemas[wireTypeOf(type)],
  strings: () => ({ type: 'string' }),
};

/** Plain JSON as Nova has it, as it is read. */
export const inputForm: SchemaForm = {
  nullIsUnset: true,
  isWhole: true,
  scalar: (type) => oneOf(plainSchema(type), type.kind === 'integer' && type.digits && digits),
  strings: textOf,
};

/** os-vif's objects as they are read for a plug. oslo.versionedobjects may spell values differently. */
export const plugForm: SchemaForm = {
  nullIsUnset: false,
  isWhole: true,
  scalar: (type) => oneOf(plainSchema(type), otherSpelling(type)),
  strings: textOf,
};

const digits = { type: 'string', pattern: '^[0-9]{1,10}$' } as const;

/** Another spelling that a value may have on the wire: a number as text, or text as a number. */
function otherSpelling(type: ScalarType): JsonSchema | undefined {
  switch (type.kind) {
    case 'integer':
      return { type: 'string', pattern: '^\\s*[+-]?[0-9]+\\s*$' };
    case 'boolean':
      return { enum: [0, 1] };
    case 'text':
    case 'portProfile':
      return { type: 'integer' };
    case 'linkName':
      return { type: 'integer', minimum: 0, maximum: 10 ** 15 - 1 };
    case 'cidr':
      return plugSchemas.ip;
    default:
      return undefined;
  }
}

function plainSchema(type: ScalarType): JsonSchema {
  if (type.kind !== 'integer') return plugSchemas[type.kind];
  const { min, max, zero } = type;
  return oneOf({ type: 'integer', minimum: min, maximum: max }, zero && { const: 0 });
}

/** Numbers and booleans are read as text; null means absent. */
function textOf(plain: boolean): JsonSchema {
  const text = plain ? plugSchemas.text : { type: 'string' };
  return { anyOf: [text, { type: 'number' }, { type: 'boolean' }, { type: 'null' }] };
}

function oneOf(schema: JsonSchema, other: JsonSchema | false | undefined): JsonSchema {
  return other ? { anyOf: [schema, other] } : schema;
}

/** The schema of an object with declared fields. */
export interface ObjectSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

/** The schema of an object's fields, from their declarations. */
export function fieldsSchema(fields: FieldSpecs, form: SchemaForm, ofObject: SchemaOfObject): ObjectSchema {
  const properties = [...fields].map(([name, spec]) => [name, fieldSchema(spec, form, ofObject)]);
  const required = [...fields].flatMap(([name, spec]) => (form.isWhole && spec.required ? [name] : []));
  return { type: 'object', properties: Object.fromEntries(properties), required };
}

function fieldSchema(spec: FieldSpec, form: SchemaForm, ofObject: SchemaOfObject): JsonSchema {
  const schema = typeSchema(spec.type, form, ofObject);
  const mayBeNull = spec.nullable || (form.nullIsUnset && !spec.required);
  return {
    ...(mayBeNull ? { anyOf: [schema, { type: 'null' }] } : schema),
    ...(spec.default !== undefined && { default: spec.default }),
  };
}

function typeSchema(type: FieldType, form: SchemaForm, ofObject: SchemaOfObject): JsonSchema {
  switch (type.kind) {
    case 'enum':
      return { type: 'string', enum: type.values };
    case 'object':
      return ofObject(type);
    case 'list':
      return {
        type: 'array',
        items: typeSchema(type.items, form, ofObject),
        ...(type.length !== undefined && { minItems: type.length, maxItems: type.length }),
      };
    case 'strings':
      return { type: 'object', additionalProperties: form.strings(type.plain) };
    case 'map':
      return { type: 'object' };
    default:
      return form.scalar(type);
  }
}
