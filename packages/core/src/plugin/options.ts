import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { type ValidationError as Refusal, validateSync } from '../fields/class-validator.js';
import { suggestion } from '../fields/read-fields.js';
import type { Constructor } from './declaration.js';
import { slugOf } from './slots.js';

/** Options by plugin name or VIF type. */
export type OptionsByName = Readonly<Record<string, object>>;

/** Options and their source. A later source overrides an earlier one, option by option. */
export interface OptionsSource {
  /** Its name in messages: a file's path, a variable's name. */
  readonly name?: string;
  /** The options. They are checked when a registry is made. */
  readonly options: OptionsByName;
}

/** The options that a source gives to one plugin. */
export interface GivenOptions {
  readonly from: string | undefined;
  /** Not checked yet; should be an object of options by name. */
  readonly values: unknown;
}

/** The end of a message about a source's options. */
export function fromSource(name: string | undefined): string {
  return name === undefined ? '' : ` (from ${name})`;
}

/** The options given to each plugin, in the order of the sources. */
export type GivenBySlug = ReadonlyMap<string, readonly GivenOptions[]>;

/**
 * Options by the slug of their owner's name. A driver's options may be under either spelling of its VIF type.
 * @throws VifError INVALID_OPTIONS for a malformed source
 */
export function givenBySlug(options: OptionsByName | readonly OptionsSource[]): GivenBySlug {
  const given = new Map<string, GivenOptions[]>();
  const sources: readonly OptionsSource[] = isList(options) ? options : [{ options }];
  for (const source of sources) {
    const { name: from, options: byName } = checked(source);
    for (const [name, values] of Object.entries(byName)) {
      const slug = slugOf(name);
      given.set(slug, [...(given.get(slug) ?? []), { from, values }]);
    }
  }
  return given;
}

function isList(options: OptionsByName | readonly OptionsSource[]): options is readonly OptionsSource[] {
  return Array.isArray(options);
}

function checked(source: OptionsSource): OptionsSource {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject(source) && isObject(source.options)) return source;
  const found = quote(isObject(source) ? source.options : source);
  throw new VifError('INVALID_OPTIONS', `Options must be an object keyed by plugin name, not ${found}`);
}

/** The options in force, and the source of each option that was overridden. */
export interface BuiltOptions {
  readonly values: object;
  readonly sources: ReadonlyMap<string, string | undefined>;
}

/**
 * An options object: the class's defaults, overridden by the given options. The last source wins; undefined counts as
 * not given.
 * @throws VifError INVALID_OPTIONS for a value that the decorators refuse, or an option that the class does not have;
 *   PLUGIN_FAILED if the class cannot be instantiated, or its object cannot be changed
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
      set(values, name, value, owner);
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
  const overrides = entriesOf(given, owner, from).filter(([, value]) => value !== undefined);
  const unknown = overrides.find(([name]) => !Object.hasOwn(known, name));
  if (unknown) {
    const hint = suggestion(unknown[0], Object.keys(known));
    throw refused(`${owner} has no option '${unknown[0]}'; ${hint}${fromSource(from)}`);
  }
  return overrides;
}

/** @throws VifError INVALID_OPTIONS for an object that throws when it is read */
function entriesOf(given: object, owner: string, from: string | undefined): [string, unknown][] {
  try {
    return Object.entries(given);
  } catch (error) {
    throw asVifError(error, 'INVALID_OPTIONS', `The options of ${owner} cannot be read${fromSource(from)}`);
  }
}

function refused(what: string): VifError {
  return new VifError('INVALID_OPTIONS', what);
}

function problemsOf({ constraints = {}, children = [] }: Refusal): string[] {
  return [...Object.values(constraints), ...children.flatMap(problemsOf)];
}

/** @throws VifError PLUGIN_FAILED for an object of the plugin that cannot be changed */
function set(values: object, name: string, value: unknown, owner: string): void {
  try {
    Object.assign(values, { [name]: value });
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `The option '${name}' of ${owner} cannot be set`);
  }
}

/**
 * An object of an options class, with the defaults.
 * @throws VifError PLUGIN_FAILED if the class cannot be instantiated
 */
export function defaultsOf(options: Constructor<object> | undefined, owner: string): object {
  try {
    return options ? new options() : {};
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `The options of ${owner} cannot be made`);
  }
}
