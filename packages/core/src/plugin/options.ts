import { validateSync } from 'class-validator';
import { VifError } from '../errors/vif-error.js';
import type { Constructor } from './declaration.js';

/**
 * An options object: the class's defaults, overridden by what was given.
 * @throws VifError INVALID_OPTIONS for a value that its decorators refuse, or a name that the class lacks
 */
export function buildOptions(options: Constructor<object>, given: object, owner: string): object {
  const built = new options();
  const unknown = Object.keys(given).filter((name) => !(name in built));
  if (unknown.length > 0) {
    const known = Object.keys(built).join(', ');
    throw new VifError(
      'INVALID_OPTIONS',
      `${owner} has no option '${unknown.join("', '")}'; it has ${known}`,
    );
  }
  Object.assign(built, given);
  const problems = validateSync(built, { forbidUnknownValues: false }).flatMap((problem) =>
    Object.values(problem.constraints ?? {}),
  );
  if (problems.length > 0)
    throw new VifError('INVALID_OPTIONS', `Options of ${owner}: ${problems.join('; ')}`);
  return built;
}
