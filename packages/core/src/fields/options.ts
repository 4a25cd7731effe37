import { types } from 'node:util';
import { quote } from '../errors/quote.js';
import { isVifError, VifError } from '../errors/vif-error.js';
import { suggestion } from './read-fields.js';

/** The rule for an option. */
export interface OptionRule {
  readonly accepts: (value: unknown) => boolean;
  /** What a message says after `must be`. */
  readonly says: string;
}

/** A rule for each option of a function. */
export type OptionRules<T> = { readonly [K in keyof Required<T>]: OptionRule };

const maxWords = 1_000;

/** A limit for messages: an input may have very many unknown options. */
const maxListed = 10;

export const optionRules = {
  text: { accepts: isText, says: 'text without control characters' },
  path: { accepts: (value) => isText(value) && value !== '', says: 'a path' },
  name: { accepts: (value) => isText(value) && value !== '', says: 'a name without control characters' },
  words: { accepts: isWords, says: 'a list of words' },
  flag: { accepts: (value) => typeof value === 'boolean', says: 'true or false' },
  function: { accepts: isFunction, says: 'a function' },
  object: { accepts: isObject, says: 'an object' },
  milliseconds: {
    accepts: (value) => typeof value === 'number' && value > 0,
    says: 'a positive number of milliseconds',
  },
  bytes: {
    accepts: (value) => Number.isSafeInteger(value) && Number(value) > 0,
    says: 'a positive number of bytes',
  },
  signal: { accepts: (value) => value instanceof AbortSignal, says: 'an AbortSignal' },
  logger: {
    accepts: hasMethods('debug', 'info', 'warn', 'error'),
    says: 'a logger with the methods debug, info, warn and error',
  },
} as const satisfies Record<string, OptionRule>;

/** A predicate for objects that have these methods. */
export function hasMethods(...names: readonly string[]): (value: unknown) => boolean {
  return (value) => isObject(value) && names.every((name) => isFunction(Reflect.get(value, name)));
}

/**
 * The options that a caller gave, each read once. An option that is undefined counts as not given.
 *
 * @param owner the owner of the options, as messages call it
 * @param required the options that must be given
 * @throws VifError INVALID_OPTIONS for an option that is unknown, missing or of the wrong kind, and for anything that
 *   is not an object
 */
export function readOptions<T extends object>(
  given: T | undefined,
  owner: string,
  rules: OptionRules<T>,
  required: readonly (keyof T & string)[] = [],
): T {
  try {
    const read = (given ?? {}) as unknown; // in JavaScript, a caller may pass anything
    if (given === null || !isObject(read) || Array.isArray(read)) {
      throw invalid(`The options of ${owner} must be an object, not ${quote(given)}`);
    }
    const names = Object.keys(rules);
    const unknown = Object.keys(read).filter((key) => !Object.hasOwn(rules, key));
    const values = names.flatMap((name): [string, unknown][] => {
      const value: unknown = Reflect.get(read, name);
      return value === undefined ? [] : [[name, value]];
    });
    const had = new Set(values.map(([name]) => name));
    const problems = [
      ...unknown
        .slice(0, maxListed)
        .map((key) => `${quote(key)} is not an option; ${suggestion(key, names)}`),
      ...required.filter((name) => !had.has(name)).map((name) => `${name} is missing`),
      ...values.flatMap(([name, value]) => problemOf(name, value, Reflect.get(rules, name))),
    ];
    if (problems.length > 0) throw invalid(`Options of ${owner}: ${problems.join('; ')}`);
    return Object.fromEntries(values) as T;
  } catch (error) {
    if (isVifError(error)) throw error;
    // A getter or a proxy of the caller threw.
    throw new VifError('INVALID_OPTIONS', `The options of ${owner} cannot be read`, { cause: error });
  }
}

/**
 * The same for what a package declares, such as the argument of a decorator.
 * @throws VifError PLUGIN_INVALID where {@link readOptions} throws INVALID_OPTIONS
 */
export function readDeclared<T extends object>(
  given: T,
  owner: string,
  rules: OptionRules<T>,
  required: readonly (keyof T & string)[],
): T {
  try {
    return readOptions(given, owner, rules, required);
  } catch (error) {
    throw new VifError('PLUGIN_INVALID', error instanceof Error ? error.message : owner, { cause: error });
  }
}

function problemOf(name: string, value: unknown, { accepts, says }: OptionRule): string[] {
  return accepts(value) ? [] : [`${name} must be ${says}, not ${quote(value)}`];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Cc}/u.test(value);
}

/** A proxy could return a different list each time it is read. */
function isWords(value: unknown): boolean {
  return !types.isProxy(value) && Array.isArray(value) && value.length <= maxWords && value.every(isText);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function invalid(message: string): VifError {
  return new VifError('INVALID_OPTIONS', message);
}
