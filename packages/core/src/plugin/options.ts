import { type ValidationError as Refusal, validateSync } from 'class-validator';
import { VifError } from '../errors/vif-error.js';
import { quote } from '../validation/quote.js';
import type { Constructor } from './declaration.js';

/**
 * An options object: the class's defaults, overridden by what was given; undefined is the same as absence.
 * @throws VifError INVALID_OPTIONS for a value that its decorators refuse, or a name that the class lacks
 */
export function buildOptions(
  options: Constructor<object> | undefined,
  given: unknown,
  owner: string,
): object {
  const refusal = (what: string) => new VifError('INVALID_OPTIONS', what);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refusal(`The options of ${owner} must be an object, not ${quote(given)}`);
  }
  const built = options ? new options() : {};
  const overrides = Object.entries(given).filter(([, value]) => value !== undefined);
  const unknown = overrides.find(([name]) => !Object.hasOwn(built, name));
  if (unknown) {
    const known = Object.keys(built).join(', ') || 'none';
    throw refusal(`${owner} has no option '${unknown[0]}'; it has ${known}`);
  }
  Object.assign(built, Object.fromEntries(overrides));
  const problems = problemsOf(validateSync(built, { forbidUnknownValues: false }));
  if (problems.length > 0) throw refusal(`Options of ${owner}: ${problems.join('; ')}`);
  return built;
}

function problemsOf(refusals: readonly Refusal[]): string[] {
  return refusals.flatMap(({ constraints = {}, children = [] }) => [
    ...Object.values(constraints),
    ...problemsOf(children),
  ]);
}
