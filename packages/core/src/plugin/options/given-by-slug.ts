import { slugOf } from '../slug.js';
import type { GivenOptions, OptionsByName, OptionsSource } from './options-source.js';

/** What each plugin is given, the last source last. */
export type GivenBySlug = ReadonlyMap<string, readonly GivenOptions[]>;

/** Options by the slug of their owner's name: a driver's may be under either spelling of its VIF type. */
export function givenBySlug(options: OptionsByName | readonly OptionsSource[]): GivenBySlug {
  const given = new Map<string, GivenOptions[]>();
  for (const { name: from, options: byName } of isList(options) ? options : [{ options, name: undefined }]) {
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
