import { isPlainObject, ownValue, quote } from '../errors/quote.js';
import { type JsonSchema, wireSchemas } from '../fields/rules.js';
import {
  isIpAddress,
  isLinkName,
  isMacAddress,
  isMtu,
  isPciAddress,
  isPlainText,
  isUuid,
  isVlanId,
  mtuRange,
  vlanRange,
} from '../fields/values.js';

/**
 * One field of a step: its TypeScript type, its check and its JSON Schema. The functions of this module make fields.
 * They are combined as an object's properties, whose comments become those of the step's type.
 */
export interface Field<T = unknown, Optional extends boolean = boolean> {
  /** Whether it may be left out. */
  readonly optional: Optional;
  /**
   * What is wrong with a value at a path, as in `lacks 'name'` or `has a malformed 'set.mtu' (7)`; empty if it is
   * valid.
   */
  check(value: unknown, path: string): readonly string[];
  /** The JSON Schema of its values. */
  readonly schema: JsonSchema;
  /** Carries the type, and is never set. */
  readonly '~type'?: T;
}

/** All fields of an object. */
export type Fields = Readonly<Record<string, Field>>;

/** The type of a field's value. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

// Both parts map over a Pick of the fields: TypeScript keeps the comments of the properties only then.
type RequiredKeys<F> = { [K in keyof F]: F[K] extends Field<unknown, true> ? never : K }[keyof F];
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Field<unknown, true> ? K : never }[keyof F];
type Required<F> = { readonly [K in keyof F]: ValueOf<F[K]> };
type Optional<F> = { readonly [K in keyof F]?: ValueOf<F[K]> };

/** The type of an object with these fields. */
export type ObjectOf<F extends Fields> = Required<Pick<F, RequiredKeys<F>>> &
  Optional<Pick<F, OptionalKeys<F>>>;

/** Shared by all valid values: there are many steps, and they are rarely wrong. */
const nothing: readonly string[] = [];

/** A field that holds what the predicate accepts. */
export function matching<T>(accepts: (value: unknown) => boolean, schema: JsonSchema): Field<T, false> {
  const check = (value: unknown, path: string) => (accepts(value) ? nothing : [malformed(value, path)]);
  return { optional: false, check, schema };
}

/** Makes a field optional. */
export function optional<T>({ check, schema }: Field<T>): Field<T, true> {
  return {
    optional: true,
    check: (value, path) => (value === undefined ? nothing : check(value, path)),
    schema,
  };
}

/** One of these words. */
export function oneOf<const T extends string>(...allowed: readonly T[]): Field<T, false> {
  const words: readonly unknown[] = allowed;
  return matching((value) => words.includes(value), { enum: allowed });
}

/** A list of such values. One malformed value makes the list malformed. */
export function list<T>(items: Field<T>, { least = 0 } = {}): Field<readonly T[], false> {
  const accepts = (value: unknown) =>
    Array.isArray(value) &&
    value.length >= least &&
    value.every((each) => items.check(each, '').length === 0);
  return matching(accepts, { type: 'array', items: items.schema, ...(least > 0 && { minItems: least }) });
}

/** An object with these fields and no others. */
export function object<F extends Fields>(fields: F): Field<ObjectOf<F>, false> {
  return { optional: false, check: checkObject(fields), schema: objectSchema(fields) };
}

/** The type that {@link tagged} derives from its variants. */
export type Tagged<Tag extends string, V extends Readonly<Record<string, Fields>>> = {
  [K in keyof V]: { readonly [T in Tag]: K } & ObjectOf<V[K]>;
}[keyof V];

/** An object whose fields depend on the value of its key `tag`. */
export function tagged<const Tag extends string, V extends Readonly<Record<string, Fields>>>(
  tag: Tag,
  variants: V,
): Field<Tagged<Tag, V>, false> {
  const shapes = new Map(
    Object.entries(variants).map(([name, fields]) => [name, { [tag]: oneOf(name), ...fields }]),
  );
  const checks = new Map([...shapes].map(([name, fields]) => [name, checkObject(fields)]));
  return {
    optional: false,
    check(value, path) {
      if (!isPlainObject(value)) return [malformed(value, path)];
      const name = ownValue(value, tag);
      const check = typeof name === 'string' ? checks.get(name) : undefined;
      return check ? check(value, path) : [malformed(name, join(path, tag))];
    },
    schema: { oneOf: [...shapes.values()].map(objectSchema) },
  };
}

/** The check of an object with these fields. */
export function checkObject(fields: Fields): Field['check'] {
  const entries = Object.entries(fields);
  return (value, path) => {
    if (!isPlainObject(value)) return [malformed(value, path)];
    const wrong: string[] = [];
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) wrong.push(`has an unknown ${quote(join(path, key))}`);
    }
    for (const [key, { check, optional }] of entries) {
      // Most fields of most steps are left out.
      if (optional && !Object.hasOwn(value, key)) continue;
      wrong.push(...check(ownValue(value, key), join(path, key)));
    }
    return wrong;
  };
}

/** The JSON Schema of an object with these fields. */
export function objectSchema(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, { schema }]) => [key, schema])),
    required: entries.filter(([, each]) => !each.optional).map(([key]) => key),
    additionalProperties: false,
  };
}

/** True or false. */
export const flag = matching<boolean>((value) => typeof value === 'boolean', wireSchemas.boolean);

const linkNameSchema = { type: 'string', minLength: 1, maxLength: 15, pattern: '^[^/:%\\s]+$' };

/** The name of a kernel link. */
export const linkName = matching<string>(isLinkName, linkNameSchema);

/** Text of at most 255 characters, without control characters. */
export const text = matching<string>(isPlainText, { type: 'string', maxLength: 255 });

/** A map whose keys and values are plain text. */
export const texts = matching<Readonly<Record<string, string>>>(
  (value) => isPlainObject(value) && Object.entries(value).flat().every(isPlainText),
  { type: 'object', additionalProperties: text.schema },
);

/** A MAC address, with colons, as in `fa:16:3e:10:00:01`. */
export const macAddress = matching<string>(isMacAddress, wireSchemas.mac);
/** An IPv4 or IPv6 address, without a zone. */
export const ipAddress = matching<string>(isIpAddress, wireSchemas.ip);
/** The address of a PCI function, as in `0000:05:10.1`. */
export const pciAddress = matching<string>(isPciAddress, wireSchemas.pci);
/** A UUID, with its hyphens. */
export const uuid = matching<string>(isUuid, wireSchemas.uuid);

/** An MTU in bytes, from 68 to 65535. */
export const mtu = matching<number>(isMtu, { type: 'integer', minimum: mtuRange.min, maximum: mtuRange.max });
/** A VLAN's id, from 0 to 4095. */
export const vlanId = matching<number>(isVlanId, {
  type: 'integer',
  minimum: vlanRange.min,
  maximum: vlanRange.max,
});

/** An integer in a range, bounds included. */
export function integer(minimum: number, maximum: number): Field<number, false> {
  const accepts = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
  return matching(accepts, { type: 'integer', minimum, maximum });
}

/** A duration in seconds. */
export const duration = matching<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= 1_000_000,
  { type: 'number', minimum: 0, maximum: 1_000_000 },
);

/**
 * Program and arguments. No shell is involved, so only control characters and lone surrogates are refused. Vendors'
 * tools accept long words.
 */
export const argv = matching<readonly string[]>(
  (value) =>
    Array.isArray(value) &&
    value.every((word) => typeof word === 'string' && word.length < 4096 && !/[\p{Cc}\p{Cs}]/u.test(word)) &&
    isProgram(value[0]),
  { type: 'array', minItems: 1, items: { type: 'string', maxLength: 4095 } },
);

/**
 * A name that is looked up on PATH, or an absolute path. A helper in front of it (sudo, env) would take `A=B` for a
 * variable and `-x` for an option. A relative path depends on the caller's directory. A path with `..` does not match
 * the path that a sudoers line names.
 */
function isProgram(word: unknown): boolean {
  if (typeof word !== 'string' || word === '' || word.startsWith('-') || /[=\s]/.test(word)) return false;
  const [root, ...names] = word.includes('/') ? word.split('/') : ['', word];
  return root === '' && names.every((name) => !['', '.', '..'].includes(name));
}

function malformed(value: unknown, path: string): string {
  if (path === '') return `is ${quote(value)}`;
  return value === undefined ? `lacks '${path}'` : `has a malformed '${path}' (${quote(value)})`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
