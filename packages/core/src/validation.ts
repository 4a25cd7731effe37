/**
 * class-validator's decorators, for the classes of plugins' options. Those of class-validator itself do as well, but that
 * package brings 13 MB along. What can go safely to a host is guarded by `IsLinkName` and its like, at `@vifkit/core`.
 */
import * as validator from './fields/class-validator.js';
import type { ValidationOptions } from './fields/decorators.js';

export type { ValidationOptions };

/** A decorator: what it asks for, and what it may be told besides. */
export type Guard<Args extends readonly unknown[] = []> = (
  ...args: [...Args, options?: ValidationOptions]
) => PropertyDecorator;

/** The option may be left out: the other decorators are not asked about `undefined` and null. */
export const IsOptional: Guard = validator.IsOptional;

/** A list. */
export const IsArray: Guard = validator.IsArray;
/** True or false. */
export const IsBoolean: Guard = validator.IsBoolean;
/** A whole number. */
export const IsInt: Guard = validator.IsInt;
/** Neither empty text, nor null or undefined. */
export const IsNotEmpty: Guard = validator.IsNotEmpty;
/** Text. */
export const IsString: Guard = validator.IsString;
/** A number, and neither NaN nor an infinite one. */
export const IsNumber: Guard<[options?: { readonly maxDecimalPlaces?: number }]> = validator.IsNumber;
/** One of these values. */
export const IsIn: Guard<[values: readonly unknown[]]> = validator.IsIn;

/** A number of at least so much. */
export const Min: Guard<[least: number]> = validator.Min;
/** A number of at most so much. */
export const Max: Guard<[most: number]> = validator.Max;

/** Text of at least so many characters. */
export const MinLength: Guard<[characters: number]> = validator.MinLength;
/** Text of at most so many characters. */
export const MaxLength: Guard<[characters: number]> = validator.MaxLength;
/** Text that the pattern matches. */
export const Matches: Guard<[pattern: RegExp]> = validator.Matches;
/** A list of at least so many items. */
export const ArrayMinSize: Guard<[items: number]> = validator.ArrayMinSize;
/** A list of at most so many items. */
export const ArrayMaxSize: Guard<[items: number]> = validator.ArrayMaxSize;

/** An IP address, of either version unless one is given. */
export const IsIP: Guard<[version?: 4 | 6]> = validator.IsIP;
/** The name of a host with its domain. */
export const IsFQDN: Guard = (options) => validator.IsFQDN({}, options);
/** Text that is the number of a TCP or UDP port. */
export const IsPort: Guard = validator.IsPort;
/** A URL of one of these protocols, with its protocol before it. */
export const IsUrl: Guard<[protocols: readonly string[]]> = (protocols, options) =>
  validator.IsUrl({ protocols: [...protocols], require_protocol: true, require_tld: false }, options);
