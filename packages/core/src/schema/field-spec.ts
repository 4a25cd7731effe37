import type { RuleName } from '../validation/rules.js';

/** A class whose instances are built from declared fields. */
export type DeclaredClass<T extends object = object> = abstract new (...args: never[]) => T;

interface IntegerType {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** A string of decimal digits is read as its number. */
  readonly digits: boolean;
  /** 0 is taken, too, whatever the range: it says that there is none. */
  readonly zero: boolean;
}

/** What a field holds. */
export type FieldType =
  /** With `wire`, os-vif's field takes any text. */
  | { readonly kind: Exclude<RuleName, 'mtu' | 'vlanId'>; readonly wire?: 'text' }
  | IntegerType
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'object'; readonly type: () => DeclaredClass; readonly subclasses: boolean }
  | { readonly kind: 'list'; readonly items: FieldType; readonly length?: number }
  /** Strings by name. Numbers and booleans are read as their text, null as nothing. */
  | { readonly kind: 'strings'; readonly plain: boolean }
  /** Any JSON by name. */
  | { readonly kind: 'map' };

/** A type whose values hold no others, and may be spelled in several ways. */
export type ScalarType = Exclude<
  FieldType,
  { readonly kind: 'enum' | 'object' | 'list' | 'strings' | 'map' }
>;

/** A field as its class declares it: validation, reading and the wire form all go by it. */
export interface FieldSpec {
  readonly type: FieldType;
  /** The field may not be left out. */
  readonly required: boolean;
  /** The field may be null, which is not the same as left out. */
  readonly nullable: boolean;
  /** The version of the class that added the field. */
  readonly since: string | undefined;
  /** What the field reads as while it is unset. */
  readonly default: unknown;
  /** Makes the value that the field is set to when it is left out. */
  readonly initial: (() => unknown) | undefined;
}

export type FieldSpecs = ReadonlyMap<string, FieldSpec>;
