import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { ValidateBy, ValidateIf, ValidateNested } from './class-validator.js';
import { declared, decorateLater, fieldConstraint, nests, ruleOf } from './field-rule.js';
import {
  type DeclaredClass,
  declareField,
  type FieldSpec,
  type FieldType,
  type Level,
  type ScalarType,
} from './field-spec.js';
import { mtuRange, vlanRange } from './values.js';

/** The options of a declaration. */
export interface FieldOptions<T> {
  /** The field may not be left out. */
  readonly required?: boolean;
  /** The field may be null, which is different from being left out. */
  readonly nullable?: boolean;
  /** The value of the field while it is unset. The field stays unset: the wire form does not contain it. */
  readonly default?: T;
  /**
   * Makes the value that the field is set to if it is left out. An object may be given in its plain form. A value that
   * is an object may be made once and shared.
   */
  readonly initial?: () => T | null;
  /** The version of the class that added the field; the first unless given. */
  readonly since?: string;
}

interface IntegerOptions extends FieldOptions<number> {
  /** Read a string of decimal digits as a number. */
  readonly digits?: boolean;
  /** Accept 0 whatever the range; it means "none". */
  readonly zero?: boolean;
}

interface TextOptions extends FieldOptions<string> {
  /** os-vif's field accepts any text. */
  readonly wire?: 'text';
}

interface ObjectOptions extends FieldOptions<object> {
  /** Accept objects of subclasses too. */
  readonly subclasses?: boolean;
}

/**
 * Decorators that declare a field of a class. One declaration defines the field's validation (by class-validator), how
 * it is read, and its wire form.
 *
 * Declare the property itself with `declare`. Without that, the class field would be reset to undefined after the base
 * class's constructor has filled it.
 *
 * A wrong declaration is refused when its module is loaded: VifError PLUGIN_INVALID.
 */
export const field = {
  linkName: scalar('linkName'),
  /** Stored as the kernel prints it: in lower case, with colons. */
  mac: scalar('mac'),
  /** Stored in lower case, as sysfs spells it. */
  pci: scalar('pci'),
  /** Stored as inet_ntop(3) prints it; so is the address of a network. */
  ip: scalar('ip'),
  cidr: scalar('cidr'),
  uuid: scalar('uuid'),
  text: scalar('text'),
  socketPath: scalar('socketPath'),
  /** The name of a switch's port profile (802.1Qbh). */
  portProfile: scalar('portProfile'),
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
  /** Strings by name; with `plain`, each must be plain text. */
  strings: (options?: FieldOptions<Readonly<Record<string, string>>> & { plain?: boolean }) =>
    declare({ kind: 'strings', plain: options?.plain ?? false }, options),
  /** Any JSON by name. */
  map: (options?: FieldOptions<Readonly<Record<string, unknown>>>) => declare({ kind: 'map' }, options),
} as const;

function scalar(kind: Exclude<ScalarType['kind'], 'boolean' | 'integer'>) {
  return ({ wire, ...options }: TextOptions = {}) => declare({ kind, ...(wire && { wire }) }, options);
}

/** In JavaScript, the range may be left out. */
const unranged = { min: Number.NaN, max: Number.NaN };

function integer({
  min,
  max,
  digits = false,
  zero = false,
  ...options
}: IntegerOptions & { min: number; max: number } = unranged) {
  return declare({ kind: 'integer', min, max, digits, zero }, options);
}

function declare(type: FieldType, options: FieldOptions<unknown> = {}): PropertyDecorator {
  const { required = false, nullable = false, since, initial } = options;
  const spec = { type, required, nullable, since, default: options.default, initial };
  return (prototype, name) => {
    const fault = faultOf(String(name), spec);
    if (fault !== undefined) {
      const text = `The field '${String(name)}' of ${prototype.constructor.name} ${fault}`;
      throw new VifError('PLUGIN_INVALID', text);
    }
    addField(prototype, String(name), spec);
  };
}

/** What is wrong with a declaration. */
function faultOf(name: string, { type, default: value }: FieldSpec): string | undefined {
  // Either would change the object's identity: its prototype, or the class that class-validator sees.
  if (['__proto__', 'constructor'].includes(name)) return 'has a name that no field can have';
  if (type.kind === 'integer' && !(type.min <= type.max)) return 'needs a range: { min, max }';
  if (value === undefined || nests(type)) return undefined;
  const { accepts, says } = ruleOf(type, 'plug');
  return accepts(value) ? undefined : `has a default that ${says}, not ${quote(value)}`;
}

/** Adds a field to the class with this prototype. */
export function addField(prototype: object, name: string, spec: FieldSpec): void {
  declareField(prototype, name, spec);
  decorateLater(() => {
    for (const decorate of validationOf(spec.type, spec.required, spec.nullable)) decorate(prototype, name);
  });
  if (spec.default !== undefined) {
    Object.defineProperty(prototype, name, { value: spec.default, configurable: true, writable: true });
  }
}

/** The class-validator decorators that are equivalent to a declaration. */
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
