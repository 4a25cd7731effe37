import { isIntegerIn } from '../validation/numbers.js';
import { isPlainObject } from '../validation/plain.js';
import { type Rule, rules } from '../validation/rules.js';
import { isPlainText } from '../validation/text.js';
import type { FieldType } from './field-spec.js';

/** What values of a type must be. */
export function ruleOf(type: FieldType): Rule {
  switch (type.kind) {
    case 'integer': {
      const { min, max } = type;
      return {
        accepts: (value) => isIntegerIn(value, type),
        says: `must be an integer from ${min} to ${max}`,
      };
    }
    case 'enum': {
      const values: readonly unknown[] = type.values;
      return { accepts: (value) => values.includes(value), says: `must be one of ${type.values.join(', ')}` };
    }
    case 'object': {
      // The class is looked up late: when its owner is declared it may not be there yet.
      return {
        accepts: (value) => isInstance(value, type),
        get says() {
          return `must be a ${type.type().name} object`;
        },
      };
    }
    case 'list': {
      const { items, length } = type;
      const { accepts } = ruleOf(items);
      return {
        accepts: (value) =>
          Array.isArray(value) && (length === undefined || value.length === length) && value.every(accepts),
        says: length === undefined ? 'must be a list' : `must be a list of ${length}`,
      };
    }
    case 'strings':
      return {
        accepts: (value) =>
          isPlainObject(value) && Object.values(value).every(stringRule(type.plain).accepts),
        says: 'must be a plain object',
      };
    case 'map':
      return { accepts: isPlainObject, says: 'must be a plain object' };
    default:
      return rules[type.kind];
  }
}

/** The rule for the members of a list or of a map of strings, and the members. */
export function membersOf(type: FieldType, value: unknown): { rule: Rule; members: [string, unknown][] } {
  if (type.kind === 'list' && Array.isArray(value)) {
    return { rule: ruleOf(type.items), members: Array.from(value, (item, index) => [String(index), item]) };
  }
  if (type.kind === 'strings' && isPlainObject(value)) {
    return { rule: stringRule(type.plain), members: Object.entries(value) };
  }
  return { rule: ruleOf(type), members: [] };
}

function stringRule(plain: boolean): Rule {
  if (plain) return { accepts: isPlainText, says: rules.text.says };
  return { accepts: (value) => typeof value === 'string', says: 'must be a string, a number, true or false' };
}

function isInstance(value: unknown, { type, subclasses }: FieldType & { kind: 'object' }): boolean {
  const wanted = type();
  return value instanceof wanted && (subclasses || Object.getPrototypeOf(value) === wanted.prototype);
}
