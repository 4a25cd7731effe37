/**
 * class-validator's decorators, for plugins' options classes. Decorators imported from class-validator itself work too,
 * but that package adds 13 MB. For values that must be safe on a host, use `IsLinkName` and the similar decorators of
 * `@vifkit/core`.
 */
import * as validator from './fields/class-validator.js';
import type { ValidationOptions } from './fields/decorators.js';

export type { ValidationOptions };

/** The type of a decorator: its arguments, and its options. */
export type Guard<Args extends readonly unknown[] = []> = (
  ...args: [...Args, options?: ValidationOptions]
) => PropertyDecorator;

/** The option may be left out: the other decorators do not check undefined and null. */
export const IsOptional: Guard = validator.IsOptional;

/** A list. */
export const IsArray: Guard = validator.IsArray;
/** True or false. */
export const IsBoolean: Guard = validator.IsBoolean;
/** A whole number. */
export const IsInt: Guard = validator.IsInt;
/** Not empty, null or undefined. */
export const IsNotEmpty: Guard = validator.IsNotEmpty;
/** Text. */
export const IsString: Guard = validator.IsString;
/** A number that is neither NaN nor infinite. */
export const IsNumber: Guard<[options?: { readonly maxDecimalPlaces?: number }]> = validator.IsNumber;
/** One of these values. */
export const IsIn: Guard<[values: readonly unknown[]]> = validator.IsIn;

/** A number not below a minimum. */
export const Min: Guard<[least: number]> = validator.Min;
/** A number not above a maximum. */
export const Max: Guard<[most: number]> = validator.Max;

/** Text with a minimum number of characters. */
export const MinLength: Guard<[characters: number]> = validator.MinLength;
/** Text with a maximum number of characters. */
export const MaxLength: Guard<[characters: number]> = validator.MaxLength;
/** Text that matches the pattern. */
export const Matches: Guard<[pattern: RegExp]> = validator.Matches;
/** A list with a minimum number of items. */
export const ArrayMinSize: Guard<[items: number]> = validator.ArrayMinSize;
/** A list with a maximum number of items. */
export const ArrayMaxSize: Guard<[items: number]> = validator.ArrayMaxSize;

/** An IP address; of either version unless one is given. */
export const IsIP: Guard<[version?: 4 | 6]> = validator.IsIP;
/** A host name with its domain. */
export const IsFQDN: Guard = (options) => validator.IsFQDN({}, options);
/** A TCP or UDP port number, as text. */
export const IsPort: Guard = validator.IsPort;
/** A URL with one of these protocols; the protocol must be present. */
export const IsUrl: Guard<[protocols: readonly string[]]> = (protocols, options) => {
  const subject = options?.each ? 'each value in $property' : '$property';
  const message = `${subject} must be a URL that begins with ${protocols.map((each) => `${each}://`).join(' or ')}`;
  return validator.IsUrl(
    { protocols: [...protocols], require_protocol: true, require_tld: false },
    { message, ...options },
  );
};
