import { isIntegerIn } from '../validation/numbers.js';
import { isPlainObject } from '../validation/plain.js';
import { type Rule, rules } from '../validation/rules.js';
import { wireRules } from '../validation/wire-rules.js';
import type { FieldType } from './field-spec.js';
import { isBuilt } from './field-store.js';
import { kindName, nameOfClass } from './kinds.js';
import type { Level } from './level.js';
import { wireTypeOf } from './wire-type.js';

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
export function membersOf(
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
