import { type ValidationError as Refusal, validateSync } from 'class-validator';
import { asVifError, VifError } from '../../errors/vif-error.js';
import { quote } from '../../validation/quote.js';
import type { Constructor } from '../declaration.js';
import { fromSource, type GivenOptions } from './options-source.js';

/** Options in force, and the source of each that does not have its default. */
export interface BuiltOptions {
  readonly values: object;
  readonly sources: ReadonlyMap<string, string | undefined>;
}

/**
 * An options object: the class's defaults, overridden by what was given, the last source first; undefined is the
 * same as absence.
 * @throws VifError INVALID_OPTIONS for a value that its decorators refuse, or a name that the class lacks;
 *   PLUGIN_FAILED if the class cannot be built
 */
export function buildOptions(
  options: Constructor<object> | undefined,
  given: readonly GivenOptions[],
  owner: string,
): BuiltOptions {
  const values = defaultsOf(options, owner);
  const sources = new Map<string, string | undefined>();
  for (const source of given) {
    for (const [name, value] of overridesOf(source, values, owner)) {
      Object.assign(values, { [name]: value });
      sources.set(name, source.from);
    }
  }
  const problems = validateSync(values, { forbidUnknownValues: false }).flatMap((refusal) =>
    problemsOf(refusal).map((problem) => problem + fromSource(sources.get(refusal.property))),
  );
  if (problems.length > 0) throw refused(`Options of ${owner}: ${problems.join('; ')}`);
  return { values, sources };
}

function overridesOf({ from, values: given }: GivenOptions, known: object, owner: string) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refused(`The options of ${owner} must be an object, not ${quote(given)}${fromSource(from)}`);
  }
  const overrides = Object.entries(given).filter(([, value]) => value !== undefined);
  const unknown = overrides.find(([name]) => !Object.hasOwn(known, name));
  if (unknown) {
    const names = Object.keys(known).join(', ') || 'none';
    throw refused(`${owner} has no option '${unknown[0]}'; it has ${names}${fromSource(from)}`);
  }
  return overrides;
}

function refused(what: string): VifError {
  return new VifError('INVALID_OPTIONS', what);
}

function problemsOf({ constraints = {}, children = [] }: Refusal): string[] {
  return [...Object.values(constraints), ...children.flatMap(problemsOf)];
}

function defaultsOf(options: Constructor<object> | undefined, owner: string): object {
  try {
    return options ? new options() : {};
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `The options of ${owner} cannot be made`);
  }
}
