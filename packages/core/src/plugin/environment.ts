import { closestMatch } from 'leven';
import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { validateSync } from '../fields/class-validator.js';
import type { Constructor } from './declaration.js';
import { declarationOf } from './decorators.js';
import { defaultsOf, type OptionsSource } from './options.js';
import type { Component, PluginPackage } from './package.js';
import { requirePackages } from './registration.js';
import { slugOf } from './slots.js';

/** The prefix of all variable names. */
const variablePrefix = 'VIF_';

/** An option that an environment variable can set. */
interface OptionVariable {
  /** The plugin's name, or the driver's VIF type. */
  readonly owner: string;
  readonly option: string;
  /** The class that declares the option. */
  readonly options: Constructor<object>;
  /** The option's default, which determines its type. */
  readonly fallback: unknown;
}

/**
 * The environment variable that sets an option: `VIF_OVS_NETWORK_DEVICE_MTU` sets `network_device_mtu` of the
 * plugin `ovs`.
 * @param owner the plugin's name, or the driver's VIF type
 */
export function optionVariable(owner: string, option: string): string {
  const name = `${slugOf(owner)}_${option}`;
  return variablePrefix + name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/**
 * The variables that set options of these plugins. An option whose default is an object has no variable.
 * @throws VifError PLUGIN_CONFLICT if one would set two options
 */
function optionVariables(plugins: readonly PluginPackage[]): ReadonlyMap<string, OptionVariable> {
  const variables = new Map<string, OptionVariable>();
  for (const variable of plugins.flatMap(declaredBy)) {
    const name = optionVariable(variable.owner, variable.option);
    const other = variables.get(name);
    if (other && (other.owner !== variable.owner || other.option !== variable.option)) {
      const both = [other, variable].map(({ owner, option }) => `'${option}' of '${owner}'`).join(' and ');
      throw new VifError('PLUGIN_CONFLICT', `The environment variable ${name} would set ${both}`);
    }
    variables.set(name, variable);
  }
  return variables;
}

function declaredBy(given: PluginPackage): OptionVariable[] {
  const provides = given?.provides;
  if (!Array.isArray(provides)) return []; // the registry will report what is wrong with it
  return provides.flatMap((target: Constructor<Component>) => {
    const declaration = declarationOf(target);
    const options = declaration?.options;
    if (!options) return [];
    const owner = declaration.role === 'plugin' ? declaration.name : declaration.type;
    return Object.entries(defaultsOf(options, `${declaration.role} '${owner}'`))
      .filter(([, fallback]) => isReadable(fallback))
      .map(([option, fallback]) => ({ owner, option, options, fallback }));
  });
}

function isReadable(fallback: unknown): boolean {
  return typeof fallback !== 'object' || fallback === null || Array.isArray(fallback);
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/**
 * The value of a variable's text, by the type of the option's default: a number, a boolean (true, false, yes, no, on,
 * off, 1 or 0), a list (JSON or comma-separated) or text. `null` is null, unless the default is text. If the default is
 * null, the value is the first of text, number, boolean and list that the option's decorators accept.
 *
 * @throws VifError INVALID_OPTIONS for a text that is not a value of the type
 */
function readVariable(name: string, text: string, variable: OptionVariable): unknown {
  const { fallback } = variable;
  if (typeof fallback === 'string') return text;
  if (text === 'null') return null;
  if (fallback === null || fallback === undefined) return readUntyped(text, variable);
  const [value, wanted] = Array.isArray(fallback)
    ? [readList(text), 'a list, comma-separated or JSON']
    : typeof fallback === 'number'
      ? [readNumber(text), 'a number']
      : [readBoolean(text), 'true or false'];
  if (value !== undefined) return value;
  throw new VifError('INVALID_OPTIONS', `${name} must be ${wanted}, not ${quote(text)}`);
}

function readUntyped(text: string, variable: OptionVariable): unknown {
  if (text === '') return null;
  const readings = [text, readNumber(text), readBoolean(text), readList(text)];
  // If no reading is valid, the text is left to the decorators, which report why.
  return readings.find((value) => value !== undefined && isTaken(value, variable)) ?? text;
}

function readNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return Object.hasOwn(truths, word) ? truths[word] : undefined;
}

function readList(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) {
    return text === '' ? [] : text.split(',').map((item) => item.trim());
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTaken(value: unknown, { options, option }: OptionVariable): boolean {
  const tried = Object.assign(new options(), { [option]: value });
  return !validateSync(tried, { forbidUnknownValues: false }).some(({ property }) => property === option);
}

/**
 * The options that environment variables set, one source per variable. Pass them to `createVifDriver` after the sources
 * that they override.
 *
 * @param env the environment, as in `process.env`; variables that do not begin with `VIF_` are ignored
 * @param reserved variables with this prefix that have other purposes
 * @throws VifError INVALID_OPTIONS for a variable that sets no option, or a text that is not a value of its option;
 *   PLUGIN_CONFLICT if a variable would set two options; PLUGIN_INVALID for what is not a list of packages;
 *   PLUGIN_FAILED for an options class that cannot be instantiated
 */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  plugins: readonly PluginPackage[],
  reserved: readonly string[] = [],
): OptionsSource[] {
  if (typeof env !== 'object' || env === null) {
    throw new VifError(
      'INVALID_OPTIONS',
      `The environment must be an object of variables, not ${quote(env)}`,
    );
  }
  if (!Array.isArray(reserved)) {
    throw new VifError('INVALID_OPTIONS', `The reserved variables must be a list, not ${quote(reserved)}`);
  }
  const known = optionVariables(requirePackages(plugins));
  const names = Object.keys(env).filter(
    (name) => name.startsWith(variablePrefix) && !reserved.includes(name),
  );
  return names.sort().flatMap((name): OptionsSource[] => {
    const text = env[name];
    if (text === undefined) return [];
    const variable = known.get(name);
    if (!variable) throw unknownVariable(name, [...known.keys(), ...reserved]);
    const { owner, option } = variable;
    return [{ name, options: { [owner]: { [option]: readVariable(name, text, variable) } } }];
  });
}

function unknownVariable(name: string, known: readonly string[]): VifError {
  const near = name.length < 60 ? closestMatch(name, known, { maxDistance: 3 }) : undefined;
  const all = known.length > 0 ? `Known variables: ${known.join(', ')}` : 'The plugins have no options';
  const these = near === undefined ? all : `Did you mean ${near}? ${all}`;
  return new VifError('INVALID_OPTIONS', `The environment variable ${name} sets no option. ${these}`);
}
