import { type ValidationError as Refusal, validateSync } from 'class-validator';
import type { Violation } from '../errors/validation-error.js';
import { quote } from '../validation/quote.js';
import { membersOf, ruleOf } from './field-rule.js';
import { fieldsOf } from './field-store.js';

/** The name under which class-validator reports the rule of a declared field. */
export const fieldConstraint = 'field';

/** Has class-validator check an object of a declared class, with all that is in it. */
export function violationsOf(object: object): Violation[] {
  // A class need not have fields of its own, and every object here has been built by us.
  return collect(validateSync(object, { forbidUnknownValues: false, stopAtFirstError: true }), '');
}

/** The path of a member: `a.b`, `a[0]`, `a["b c"]`. */
export function pathTo(parent: string, key: string): string {
  if (/^\d+$/.test(key)) return `${parent}[${key}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${parent}[${quote(key)}]`;
  return parent ? `${parent}.${key}` : key;
}

function collect(refusals: readonly Refusal[], parent: string): Violation[] {
  return refusals.flatMap((refusal) => {
    const path = pathTo(parent, refusal.property);
    const own = Object.entries(refusal.constraints ?? {}).map(([name, message]) =>
      name === fieldConstraint ? explain(refusal, path) : { path, message },
    );
    return [...own, ...collect(refusal.children ?? [], path)];
  });
}

function explain({ target, property, value }: Refusal, path: string): Violation {
  const spec = target && fieldsOf(Object.getPrototypeOf(target)).get(property);
  if (!spec) return { path, message: 'is not declared' };
  if (value === undefined) return { path, message: 'is missing' };

  const { rule, members } = membersOf(spec.type, value);
  const bad = members.find(([, member]) => !rule.accepts(member));
  if (bad) return { path: pathTo(path, bad[0]), message: `${rule.says}, not ${quote(bad[1])}` };
  return { path, message: `${ruleOf(spec.type).says}, not ${quote(value)}` };
}
