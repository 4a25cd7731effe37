import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { hasMethods, type OptionRules, optionRules, readDeclared } from '../fields/options.js';
import type { JsonSchema } from '../fields/rules.js';
import { checkObject, type Field, type Fields, type ObjectOf, objectSchema, oneOf } from './fields.js';

/** What a step does with its target: make it for its VIF alone, use an existing one, or remove it. */
export type Intention = 'make' | 'use' | 'remove';

/** What the engine and the command need to know about the steps of a kind, besides their fields. */
export interface StepTraits<S> {
  /** The term for what the steps are about, as in `link`. */
  readonly noun: string;
  /** The name of what a step is about: a link, a bridge, a port, a program. It is the field `name` unless given. */
  target?(step: S): string;
  /**
   * The family that a kind shares with the kind for its absence: the kind without a trailing `Absent`, unless given.
   */
  readonly family?: string;
  /** Two steps of a family are about the same thing if their identities are equal. It is the target unless given. */
  identity?(step: S): string;
  /**
   * Together with what is found on the host, it decides whether the step may be applied: see `docs/architecture.md`.
   */
  intention(step: S): Intention;
  /** The name of a link or port that is made, or removed, as one VIF's own. Two plans with the same name take turns. */
  ownName?(step: S): string | undefined;
  /** Keys, as in `vf:0000:05:10.1`, that no two plans may work on at the same time, not even in one call. */
  exclusive?(step: S): readonly string[];
  /** Keys, as in `link:br0`, that a plan locks against other calls, and shares with the other plans of its own call. */
  locks?(step: S): readonly string[];
  /**
   * The desired properties of the target besides its existence, in a few words each.
   * @param makes the target does not exist yet
   */
  describe?(step: S, makes: boolean): readonly string[];
  /** The link, port or bridge next to which `vif show` draws the step's target. */
  drawnBeside?(step: S): string | undefined;
  /** Names of links. The step is applied, or undone, only if the call makes that link. */
  ifCreated?(step: S): { readonly apply?: string | undefined; readonly undo?: string | undefined };
  /**
   * The target of another step. If that target now belongs to another VIF and is left alone, this step is skipped too.
   */
  goesWith?(step: S): string | undefined;
  /** A target that may not be removed is left in place without an error. */
  isLenient?(step: S): boolean;
  /** The host does not show whether the step has been applied, so `check` does not report it. */
  readonly leavesNoTrace?: boolean;
  /**
   * The step applies the port settings of the request: VLANs, isolation, rates. They are refused if no step of a plan
   * does.
   */
  settlesPort?(step: S): boolean;
  /** The step finds everything of this kind that its VIF has, so an unplug need not look for more. */
  readonly findsAllOfVif?: boolean;
  /**
   * What the step removes is also found by the VIF's mark, so a VIF that is now plugged in another way needs no step
   * for it.
   */
  readonly isFoundByMark?: boolean;
}

/** A kind of step: the form of its steps, and what the engine and the command need to know about them. */
export interface StepKindDefinition<S = never> extends StepTraits<S> {
  /** The value of `kind` in its steps. */
  readonly kind: string;
  /** See {@link StepTraits.family}. */
  readonly family: string;
  /** What is wrong with a step; empty if nothing is. */
  check(step: unknown, path: string): readonly string[];
  /** The JSON Schema of its steps. */
  readonly schema: JsonSchema;
  /** See {@link StepTraits.target}. */
  target(step: S): string;
  /** See {@link StepTraits.identity}. */
  identity(step: S): string;
  /** See {@link StepTraits.describe}. */
  describe(step: S, makes: boolean): readonly string[];
}

/** The type of a kind's steps: an object with its `kind` and its fields. */
export type StepWith<K extends string, F extends Fields> = { readonly kind: K } & ObjectOf<F>;

/** The type of a definition's steps. */
export type StepOf<D> = D extends StepKindDefinition<infer S> ? S : never;

type Definition = { readonly kind: string; readonly fields: Fields } & StepTraits<never>;

const rules: OptionRules<Definition> = {
  kind: optionRules.name,
  noun: optionRules.name,
  family: optionRules.name,
  fields: {
    accepts: (value) => optionRules.object.accepts(value) && Object.values(Object(value)).every(isField),
    says: 'an object of fields, as in { name: linkName }',
  },
  target: optionRules.function,
  identity: optionRules.function,
  intention: optionRules.function,
  ownName: optionRules.function,
  exclusive: optionRules.function,
  locks: optionRules.function,
  describe: optionRules.function,
  drawnBeside: optionRules.function,
  ifCreated: optionRules.function,
  goesWith: optionRules.function,
  isLenient: optionRules.function,
  leavesNoTrace: optionRules.flag,
  settlesPort: optionRules.function,
  findsAllOfVif: optionRules.flag,
  isFoundByMark: optionRules.flag,
};

const isField = hasMethods('check');

/**
 * Defines a kind of step. The type of its steps, their validation and their JSON Schema follow from `fields`. A
 * vendor's kind is prefixed with the vendor's name, as in `acme:qdisc`, and comes in a package together with its
 * runner.
 * @throws VifError PLUGIN_INVALID for a malformed definition
 */
export function defineStepKind<const K extends string, F extends Fields>(
  definition: { readonly kind: K; readonly fields: F } & StepTraits<StepWith<K, F>>,
): StepKindDefinition<StepWith<K, F>> & { readonly kind: K; readonly fields: F } {
  const owner = `defineStepKind(${quote(definition?.kind)})`;
  readDeclared<Definition>(definition, owner, rules, ['kind', 'noun', 'fields', 'intention']);
  const { kind, fields } = definition;
  if (definition.target === undefined && !Object.hasOwn(fields, 'name')) {
    throw new VifError('PLUGIN_INVALID', `${owner} needs 'target', as its steps have no field 'name'`);
  }
  const all: Fields = { kind: oneOf(kind), ...fields };
  const check: Field['check'] = checkObject(all);
  const target = definition.target ?? nameOf;
  return {
    family: kind.replace(/Absent$/, ''),
    identity: target,
    describe: () => [],
    ...definition,
    target,
    check,
    schema: objectSchema(all),
  };
}

function nameOf(step: object): string {
  return 'name' in step ? String(step.name) : '';
}

/** `up`, or `IPv6 off`. */
export function flagWords(flags: Readonly<Record<string, boolean | undefined>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : value ? name : `${name} off`,
  );
}

/** `mtu 1450`. */
export function numberWords(numbers: Readonly<Record<string, number | undefined>>): string[] {
  return Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`));
}
