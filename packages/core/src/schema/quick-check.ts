import { getMetadataStorage } from 'class-validator';
import { ruleOf } from './field-rule.js';
import type { FieldSpec, FieldType } from './field-spec.js';
import { fieldsOf } from './field-store.js';
import type { Level } from './level.js';

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
