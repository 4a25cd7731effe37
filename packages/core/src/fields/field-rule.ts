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

/** What values of a type must be. */
export function ruleOf(type: FieldType, level: Level): Rule {
  switch (type.kind) {
    case 'enum': {
      const values: readonly unknown[] = type.values;
      return { accepts: (value) => values.includes(value), says: `must be one of ${type.values.join(', ')}` };
    }
    case 'object': {
      // The class is looked up late: when its owner is declared it may not be there yet.
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

/** The rule for the members of a list or of a map of strings, and the members. */
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
 * Puts off the decorators of class-validator that come of a declaration. There are many hundreds of them, at every start,
 * and class-validator is only asked about objects that are wrong: see `quick-check`.
 */
export function decorateLater(decorate: () => void): void {
  waiting.push(decorate);
}

/** Catches up on them, before class-validator is asked. */
function decorateNow(): void {
  for (const decorate of waiting.splice(0)) decorate();
}

/** What class-validator is told with the decorators that come of a field's declaration. */
export const declared = { context: { by: 'declaration' } } as const;

/** Whether a field of an object is right; with `partial`, it may be missing though it is required. */
type Check = (object: object, partial: boolean) => boolean;

/** By prototype; null for a class of which this cannot tell. */
type Checks = WeakMap<object, readonly Check[] | null>;

const checks: Readonly<Record<Level, Checks>> = { wire: new WeakMap(), plug: new WeakMap() };

/**
 * Whether an object of a declared class is for certain as its fields are declared, with all that is in it. class-validator
 * would find the same; but for each object it goes through the decorators of all classes there are, and most objects are
 * right. False leaves it to class-validator: to say what is wrong, or to go by decorators other than ours.
 */
export function isSurelyRight(object: object, level: Level, partial: boolean): boolean {
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

/** Whether class-validator has nothing on a class but what comes of the declarations of its fields. */
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
    return nested.every((each) => isSurelyRight(each, level, partial));
  };
}

/** Whether a field holds objects of declared classes, which are to be checked as well. */
export function nests(type: FieldType): boolean {
  return type.kind === 'object' || (type.kind === 'list' && nests(type.items));
}

interface CheckOptions {
  /** How much is asked for; as much as for a plug unless given. */
  readonly level?: Level;
  /** Required fields may be missing. */
  readonly partial?: boolean;
}

/** What is wrong with an object of a declared class, and with all that is in it, as class-validator finds it. */
export function violationsOf(
  object: object,
  { level = 'plug', partial = false }: CheckOptions = {},
): Violation[] {
  if (isSurelyRight(object, level, partial)) return [];
  decorateNow();
  // A class need not have fields of its own, and every object here has been built by us.
  const options = { forbidUnknownValues: false, stopAtFirstError: true, skipUndefinedProperties: partial };
  // Without groups, all rules are checked: what a class asks for by class-validator's own decorators is for plugs.
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
