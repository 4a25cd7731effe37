import type { PluginPackage } from '@vifkit/core';
import type { VIFBase } from '@vifkit/core/os-vif';
import type { Fixture } from './fixture.js';

const known = new WeakMap<PluginPackage, Fixture[]>();

/**
 * Records the requests of a call of the suite as examples of what their packages support. A test file may call the
 * suite several times, with other options or another host; all calls together show what a plugin supports.
 *
 * @returns the packages that no call before had
 */
export function addExamples(fixtures: readonly Fixture[]): PluginPackage[] {
  const packages = fixtures[0]?.plugins ?? [];
  const added = packages.filter((each) => !known.has(each));
  for (const each of packages) known.set(each, [...(known.get(each) ?? []), ...fixtures]);
  return added;
}

/** A request whose VIF is an os-vif object, or converts to one. */
export interface Example {
  readonly fixture: Fixture;
  readonly vif: VIFBase;
}

/** The examples of a package that name this plugin. */
export function examplesOf(from: PluginPackage, plugin: string): Example[] {
  return (known.get(from) ?? []).flatMap((fixture) => {
    const vif = fixture.object;
    return vif?.plugin === plugin ? [{ fixture, vif }] : [];
  });
}
