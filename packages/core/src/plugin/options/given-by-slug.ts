import { VifError } from '../../errors/vif-error.js';
import { quote } from '../../validation/quote.js';
import { slugOf } from '../slug.js';
import type { GivenOptions, OptionsByName, OptionsSource } from './options-source.js';

/** What each plugin is given, the last source last. */
export type GivenBySlug = ReadonlyMap<string, readonly GivenOptions[]>;

/**
 * Options by the slug of their owner's name: a driver's may be under either spelling of its VIF type.
 * @throws VifError INVALID_OPTIONS for what is no source of options
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
  throw new VifError('INVALID_OPTIONS', `Options must be an object by plugin name, not ${found}`);
}
