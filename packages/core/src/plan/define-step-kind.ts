import type { JsonSchema } from '../fields/rules.js';
import { checkObject, type Field, type Fields, type ObjectOf, objectSchema, oneOf } from './fields.js';

/** What a step would do with what it names: have it for its VIF alone, use it as it is there, or remove it. */
export type Intention = 'make' | 'use' | 'remove';

/** What is to be known of the steps of a kind beside their fields. */
export interface StepTraits<S> {
  /** What the steps are about, in the field's words, as in `link`. */
  readonly noun: string;
  /** The name of what a step is about: of a link, a bridge, a port, a program; the field `name` unless given. */
  target?(step: S): string;
  /** What the step and that of its absence have in common: the kind, without `Absent` at its end, unless given. */
  readonly family?: string;
  /** Two steps of a family are about the same thing if this is the same; the target unless given. */
  identity?(step: S): string;
  /** Decides, with what is found on the host, whether the step may be carried out: see `docs/architecture.md`. */
  intention(step: S): Intention;
  /** The name of a link or port that is to be one VIF's alone, or goes as such: two plans take turns with it. */
  ownName?(step: S): string | undefined;
  /** Keys, as in `vf:0000:05:10.1`, that no two plans may be at work on together, not even in one call. */
  exclusive?(step: S): readonly string[];
  /** Keys, as in `link:br0`, that a plan holds against other calls, and shares with the other plans of its own. */
  locks?(step: S): readonly string[];
  /** What the step wants of its object besides its being there: a few words each. @param makes it is still to be made */
  describe?(step: S, makes: boolean): readonly string[];
  /** The link, port or bridge that `vif show` draws the step's object beside. */
  drawnBeside?(step: S): string | undefined;
  /** Names of links: the step is carried out, or undone, only if the call makes that link. */
  ifCreated?(step: S): { readonly apply?: string | undefined; readonly undo?: string | undefined };
  /** The target of another step: where that has become somebody else's and is left alone, so is this one. */
  goesWith?(step: S): string | undefined;
  /** What may not be removed is left without a word. */
  isLenient?(step: S): boolean;
  /** Nothing on the host tells whether it has been done: `check` says nothing of it. */
  readonly leavesNoTrace?: boolean;
  /** The step sets its port as the request asks: VLANs, isolation, rates. They are refused where no step of a plan does. */
  settlesPort?(step: S): boolean;
  /** The step finds whatever its VIF has of this sort: an unplug need not look for more. */
  readonly findsAllOfVif?: boolean;
  /** What the step removes is found by the VIF's mark, too: a VIF that is plugged in another way needs no step for it. */
  readonly isFoundByMark?: boolean;
}

/** A kind of step: what its steps look like, and what the engine and the command have to know of them. */
export interface StepKindDefinition<S = never> extends StepTraits<S> {
  /** What its steps have in their `kind`. */
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

/**
 * Defines a kind of step. The type of its steps, their validation and their JSON Schema follow from `fields`. A vendor's
 * kind has the vendor's name in front, as in `acme:qdisc`, and is offered by a package beside a runner.
 */
export function defineStepKind<const K extends string, F extends Fields>(
  definition: { readonly kind: K; readonly fields: F } & StepTraits<StepWith<K, F>>,
): StepKindDefinition<StepWith<K, F>> & { readonly kind: K; readonly fields: F } {
  const { kind, fields } = definition;
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
