import { type ValidationError as Refusal, validateSync } from 'class-validator';
import type { Violation } from '../errors/validation-error.js';
import { quote } from '../validation/quote.js';
import { fieldConstraint, membersOf, ruleOf } from './field-rule.js';
import { fieldsOf } from './field-store.js';
import { decorateNow } from './late-decorators.js';
import type { Level } from './level.js';
import { isSurelyRight } from './quick-check.js';

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
