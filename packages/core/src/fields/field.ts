import { ValidateBy, ValidateIf, ValidateNested } from './class-validator.js';
import { declared, decorateLater, fieldConstraint, nests, ruleOf } from './field-rule.js';
import {
  type DeclaredClass,
  declareField,
  type FieldSpec,
  type FieldType,
  type Level,
} from './field-spec.js';
import { mtuRange, vlanRange } from './values.js';

/** What a declaration may say besides the type. */
export interface FieldOptions<T> {
  /** The field may not be left out. */
  readonly required?: boolean;
  /** The field may be null, which is kept apart from being left out. */
  readonly nullable?: boolean;
  /** What the field reads as while it is unset. It stays unset: the wire form does not have it. */
  readonly default?: T;
  /**
   * Makes the value that the field is set to when it is left out; for an object, its plain form will do. One that is an
   * object may be asked for once, and shared.
   */
  readonly initial?: () => T | null;
  /** The version of the class that added the field; without it, the first. */
  readonly since?: string;
}

interface IntegerOptions extends FieldOptions<number> {
  /** Read a string of decimal digits as its number. */
  readonly digits?: boolean;
  /** Take 0, too, whatever the range: it says that there is none. */
  readonly zero?: boolean;
}

interface TextOptions extends FieldOptions<string> {
  /** os-vif's field takes any text. */
  readonly wire?: 'text';
}

interface ObjectOptions extends FieldOptions<object> {
  /** Take objects of classes that extend the declared one, too. */
  readonly subclasses?: boolean;
}

/**
 * Decorators that declare a field of a class. The one declaration gives the field's validation (by
 * class-validator), how it is read, and its wire form.
 *
 * Declare the property itself with `declare`: a class field without it would be set to undefined after the
 * constructor of the base class has filled it.
 */
export const field = {
  linkName: scalar('linkName'),
  /** Kept as the kernel prints it: in lower case, with colons. */
  mac: scalar('mac'),
  /** Kept in lower case, as sysfs spells it. */
  pci: scalar('pci'),
  /** Kept as inet_ntop(3) prints it; a network likewise. */
  ip: scalar('ip'),
  cidr: scalar('cidr'),
  uuid: scalar('uuid'),
  text: scalar('text'),
  socketPath: scalar('socketPath'),
  boolean: (options?: FieldOptions<boolean>) => declare({ kind: 'boolean' }, options),
  integer,
  mtu: (options?: IntegerOptions) => integer({ ...mtuRange, ...options }),
  vlanId: (options?: IntegerOptions) => integer({ ...vlanRange, ...options }),
  enum: <T extends string>(values: readonly T[], options?: FieldOptions<T>) =>
    declare({ kind: 'enum', values }, options),
  /** An object of a declared class. */
  object: (type: () => DeclaredClass, options?: ObjectOptions) =>
    declare({ kind: 'object', type, subclasses: options?.subclasses ?? false }, options),
  /** A list of objects of a declared class. */
  list: (type: () => DeclaredClass, options?: FieldOptions<readonly object[]>) =>
    declare({ kind: 'list', items: { kind: 'object', type, subclasses: false } }, options),
  ips: (options?: FieldOptions<readonly string[]>) =>
    declare({ kind: 'list', items: { kind: 'ip' } }, options),
  /** A list of three numbers: major, minor, micro. */
  release: (options?: FieldOptions<readonly number[]>) => {
    const items = { kind: 'integer', min: 0, max: 1_000_000, digits: false, zero: false } as const;
    return declare({ kind: 'list', items, length: 3 }, options);
  },
  /** Strings by name; with `plain`, each of them plain text. */
  strings: (options?: FieldOptions<Readonly<Record<string, string>>> & { plain?: boolean }) =>
    declare({ kind: 'strings', plain: options?.plain ?? false }, options),
  /** Any JSON by name. */
  map: (options?: FieldOptions<Readonly<Record<string, unknown>>>) => declare({ kind: 'map' }, options),
} as const;

function scalar(kind: 'linkName' | 'mac' | 'pci' | 'ip' | 'cidr' | 'uuid' | 'text' | 'socketPath') {
  return ({ wire, ...options }: TextOptions = {}) => declare({ kind, ...(wire && { wire }) }, options);
}

function integer({
  min,
  max,
  digits = false,
  zero = false,
  ...options
}: IntegerOptions & { min: number; max: number }) {
  return declare({ kind: 'integer', min, max, digits, zero }, options);
}

function declare(type: FieldType, options: FieldOptions<unknown> = {}): PropertyDecorator {
  const { required = false, nullable = false, since, initial } = options;
  const spec = { type, required, nullable, since, default: options.default, initial };
  return (prototype, name) => addField(prototype, String(name), spec);
}

/** Gives the class with this prototype a field. */
export function addField(prototype: object, name: string, spec: FieldSpec): void {
  declareField(prototype, name, spec);
  decorateLater(() => {
    for (const decorate of validationOf(spec.type, spec.required, spec.nullable)) decorate(prototype, name);
  });
  if (spec.default !== undefined) {
    Object.defineProperty(prototype, name, { value: spec.default, configurable: true, writable: true });
  }
}

/** The decorators of class-validator that say what a declaration says. */
function validationOf(type: FieldType, required: boolean, nullable: boolean): PropertyDecorator[] {
  const applies = (_: object, value: unknown) =>
    !(value === undefined ? !required : value === null && nullable);
  const checked = (level: Level) =>
    ValidateBy(
      { name: fieldConstraint, validator: { validate: ruleOf(type, level).accepts } },
      { ...declared, groups: [level] },
    );
  const always = { ...declared, always: true };
  return [
    ValidateIf(applies, always),
    checked('wire'),
    checked('plug'),
    ...(nests(type) ? [ValidateNested(always)] : []),
  ];
}
