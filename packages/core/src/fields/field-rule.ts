import { isPlainObject, quote } from '../errors/quote.js';
import type { Violation } from '../errors/vif-error.js';
import { getMetadataStorage, type ValidationError as Refusal, validateSync } from './class-validator.js';
import {
  type FieldSpec,
  type FieldType,
  fieldsOf,
  isBuilt,
  kindName,
  type Level,
  nameOfClass,
  wireTypeOf,
} from './field-spec.js';
import { type Rule, rules, wireRules } from './rules.js';
import { isIntegerIn } from './values.js';

/** The name under which class-validator reports the rule of a declared field. */
export const fieldConstraint = 'field';

/** The rule for the values of a type. */
export function ruleOf(type: FieldType, level: Level): Rule {
  switch (type.kind) {
    case 'enum': {
      const values: readonly unknown[] = type.values;
      return { accepts: (value) => values.includes(value), says: `must be one of ${type.values.join(', ')}` };
    }
    case 'object': {
      // The class is looked up late: it may not be defined yet when its owner is declared.
      return {
        accepts: (value) => isInstance(value, type),
        get says() {
          const wanted = type.type();
          const isNamed = kindName(wanted.prototype) !== undefined;
          return isNamed ? `must be a ${nameOfClass(wanted)} object` : 'must be a plain object';
        },
      };
    }
    case 'list': {
      const { items, length } = type;
      const { accepts } = ruleOf(items, level);
      return {
        accepts: (value) =>
          Array.isArray(value) && (length === undefined || value.length === length) && value.every(accepts),
        says: length === undefined ? 'must be a list' : `must be a list of ${length}`,
      };
    }
    case 'strings':
      return {
        accepts: (value) =>
          isPlainObject(value) && Object.values(value).every(stringRule(type, level).accepts),
        says: 'must be a plain object',
      };
    case 'map':
      return { accepts: isPlainObject, says: 'must be a plain object' };
    default:
      if (level === 'wire') return wireRules[wireTypeOf(type)];
      return type.kind === 'integer' ? rangeRule(type) : rules[type.kind];
  }
}

/** The members of a list or of a map of strings, and the rule for them. */
function membersOf(
  type: FieldType,
  value: unknown,
  level: Level,
): { rule: Rule; members: [string, unknown][] } {
  if (type.kind === 'list' && Array.isArray(value)) {
    return {
      rule: ruleOf(type.items, level),
      members: Array.from(value, (item, index) => [String(index), item]),
    };
  }
  if (type.kind === 'strings' && isPlainObject(value)) {
    return { rule: stringRule(type, level), members: Object.entries(value) };
  }
  return { rule: ruleOf(type, level), members: [] };
}

function rangeRule({ min, max, zero }: FieldType & { kind: 'integer' }): Rule {
  return {
    accepts: (value) => isIntegerIn(value, { min, max }) || (zero && value === 0),
    says: `must be ${zero ? '0, or ' : ''}an integer from ${min} to ${max}`,
  };
}

function stringRule({ plain }: FieldType & { kind: 'strings' }, level: Level): Rule {
  if (plain && level === 'plug') return rules.text;
  return { accepts: (value) => typeof value === 'string', says: 'must be a string, a number, true or false' };
}

function isInstance(value: unknown, { type, subclasses }: FieldType & { kind: 'object' }): boolean {
  const wanted = type();
  return (
    value instanceof wanted &&
    isBuilt(value) &&
    (subclasses || Object.getPrototypeOf(value) === wanted.prototype)
  );
}

const waiting: (() => void)[] = [];

/**
 * Defers the class-validator decorators of a declaration. There are many hundreds of them at every start, and
 * class-validator is needed only for objects that are wrong: see `isCertainlyValid`.
 */
export function decorateLater(decorate: () => void): void {
  waiting.push(decorate);
}

/** Applies the deferred decorators, before class-validator is called. */
function decorateNow(): void {
  for (const decorate of waiting.splice(0)) decorate();
}

/** The options that mark class-validator's decorators as made from a field's declaration. */
export const declared = { context: { by: 'declaration' } } as const;

/** Whether a field of an object is valid; with `partial`, a required field may be missing. */
type Check = (object: object, partial: boolean) => boolean;

/** By prototype; null for a class that these checks do not fully cover. */
type Checks = WeakMap<object, readonly Check[] | null>;

const checks: Readonly<Record<Level, Checks>> = { wire: new WeakMap(), plug: new WeakMap() };

/**
 * Whether an object of a declared class certainly matches the declarations of its fields, nested objects included.
 * class-validator would give the same result, but for each object it searches the decorators of all classes, and most
 * objects are valid. False leaves the decision to class-validator: it reports what is wrong, or applies decorators that
 * are not ours.
 */
export function isCertainlyValid(object: object, level: Level, partial: boolean): boolean {
  return checksOf(Object.getPrototypeOf(object), level)?.every((check) => check(object, partial)) ?? false;
}

function checksOf(prototype: object, level: Level): readonly Check[] | null {
  const known = checks[level].get(prototype);
  if (known !== undefined) return known;
  const made = isOnlyDeclared(prototype)
    ? [...fieldsOf(prototype)].map(([name, spec]) => checkOf(name, spec, level))
    : null;
  checks[level].set(prototype, made);
  return made;
}

/** Whether all of class-validator's metadata of a class comes from the declarations of its fields. */
function isOnlyDeclared(prototype: object): boolean {
  const found = getMetadataStorage().getTargetValidationMetadatas(prototype.constructor, '', false, false);
  return found.every(({ context }) => context === declared.context);
}

function checkOf(name: string, { type, required, nullable }: FieldSpec, level: Level): Check {
  const { accepts } = ruleOf(type, level);
  const isNested = nests(type);
  return (object, partial) => {
    const value: unknown = Reflect.get(object, name);
    if (value === undefined) return partial || !required;
    if (value === null && nullable) return true;
    if (!accepts(value)) return false;
    if (!isNested) return true;
    const nested = (Array.isArray(value) ? value : [value]) as readonly object[];
    return nested.every((each) => isCertainlyValid(each, level, partial));
  };
}

/** Whether a field holds objects of declared classes, which must be checked too. */
export function nests(type: FieldType): boolean {
  return type.kind === 'object' || (type.kind === 'list' && nests(type.items));
}

interface CheckOptions {
  /** How strict to be; `plug` unless given. */
  readonly level?: Level;
  /** Required fields may be missing. */
  readonly partial?: boolean;
}

/** What class-validator finds wrong with an object of a declared class and with its nested objects. */
export function violationsOf(
  object: object,
  { level = 'plug', partial = false }: CheckOptions = {},
): Violation[] {
  if (isCertainlyValid(object, level, partial)) return [];
  decorateNow();
  // A class may have no fields of its own, and every object here was built by us.
  const options = { forbidUnknownValues: false, stopAtFirstError: true, skipUndefinedProperties: partial };
  // Without groups, all rules are checked. The rules of a class that uses class-validator's own decorators are for
  // plugs.
  const groups = level === 'wire' ? { groups: [level] } : {};
  return collect(validateSync(object, { ...options, ...groups }), '', level);
}

/** The path of a member: `a.b`, `a[0]`, `a["b c"]`. */
export function pathTo(parent: string, key: string): string {
  if (/^\d+$/.test(key)) return `${parent}[${key}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${parent}[${quote(key)}]`;
  return parent ? `${parent}.${key}` : key;
}

function collect(refusals: readonly Refusal[], parent: string, level: Level): Violation[] {
  return refusals.flatMap((refusal) => {
    const path = pathTo(parent, refusal.property);
    const own = Object.entries(refusal.constraints ?? {}).map(([name, message]) =>
      name === fieldConstraint ? explain(refusal, path, level) : { path, message },
    );
    return [...own, ...collect(refusal.children ?? [], path, level)];
  });
}

function explain({ target, property, value }: Refusal, path: string, level: Level): Violation {
  const spec = target && fieldsOf(Object.getPrototypeOf(target)).get(property);
  if (!spec) return { path, message: 'is not declared' };
  if (value === undefined) return { path, message: 'is missing' };

  const { rule, members } = membersOf(spec.type, value, level);
  const bad = members.find(([, member]) => !rule.accepts(member));
  if (bad) return { path: pathTo(path, bad[0]), message: `${rule.says}, not ${quote(bad[1])}` };
  return { path, message: `${ruleOf(spec.type, level).says}, not ${quote(value)}` };
}
