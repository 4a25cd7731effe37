import {
  classNameOf,
  commonVersion,
  type HostPortProfileInfo,
  type HostVIFInfo,
  isVifError,
  type PluginPackage,
  PluginRegistry,
  toPrimitive,
  type VIFBase,
} from '@vifkit/core';
import { expect, it } from 'vitest';
import type { Applicable } from './applicable.js';
import { type Example, examplesOf } from './examples.js';
import type { Fixture } from './fixture.js';
import { vifClasses } from './vif-classes.js';

/** What a plugin announces is what it takes: each class, each port profile and each version, and no others. */
export function announces(
  from: PluginPackage,
  plugin: string,
  fixture: Fixture,
  applicable: Applicable,
): void {
  const announced = (): readonly HostVIFInfo[] =>
    new PluginRegistry(fixture.plugins, fixture.options).plugin(plugin).describe().vif_info;

  it(`announces of '${plugin}' the versions that there are`, () => {
    expect(announced(), 'the VIF classes that it announces').not.toEqual([]);
    for (const vif of announced()) {
      expect(() => commonVersion(vif)).not.toThrow();
      for (const profile of vif.supported_port_profiles ?? [])
        expect(() => commonVersion(profile)).not.toThrow();
    }
  });

  it(`plugs what '${plugin}' announces, in every version`, async () => {
    expect(announced(), 'the VIF classes that it announces').not.toEqual([]);
    for (const vif of announced()) {
      const examples = examplesOf(from, plugin).filter((each) => isOf(each.vif, vif.vif_object_name));
      await plugsAll(vif.vif_object_name, vif, examples);
      for (const profile of vif.supported_port_profiles ?? []) {
        const name = profile.profile_object_name;
        const some = examples.filter(({ vif }) => vif.port_profile && isOf(vif.port_profile, name));
        await plugsAll(name, profile, some, ` in a ${vif.vif_object_name}`);
      }
    }
  });

  const others = () => {
    const names = announced().map((vif) => vif.vif_object_name);
    return vifClasses.filter((each) => !names.includes(nameOf(each)));
  };
  const test = `refuses for '${plugin}' VIF classes that it does not announce`;
  const reason = others().length === 0 ? 'it announces all VIF classes' : undefined;
  applicable.test(`the plugin '${plugin}'`, test, reason, async () => {
    for (const type of others()) {
      const plan = fixture.start().driver.plan({
        ...fixture.request,
        vif: new type({ ...commonFields, plugin }),
      });
      await expect(plan, `the plan for a ${nameOf(type)}`).rejects.toMatchObject({ code: 'UNSUPPORTED_VIF' });
    }
  });
}

const commonFields = { id: '5b3a7c3e-54b1-4d3e-9f5e-0c1d2e3f4a5b', address: '02:00:00:00:00:01' };

/** For each version from the least to the greatest, one of the examples, written in it, can be plugged. */
async function plugsAll(
  name: string,
  { min_version, max_version }: HostVIFInfo | HostPortProfileInfo,
  examples: readonly Example[],
  where = '',
): Promise<void> {
  expect(examples, `requests with a ${name}${where}, which is announced`).not.toEqual([]);
  for (const version of versionsFrom(min_version, max_version)) {
    const errors = [];
    for (const example of examples) {
      const error = await plugAs(name, version, example);
      if (error === undefined) break;
      errors.push(error);
    }
    const failed = errors.length === examples.length ? errors.map(String) : [];
    expect(failed, `${name} ${version}${where}, which is announced`).toEqual([]);
  }
}

/** Plugs an example as a peer would send it that has an older version of the class. */
async function plugAs(name: string, version: string, { fixture, vif }: Example): Promise<unknown> {
  try {
    const written = toPrimitive(vif, { manifest: { [name]: version } });
    await fixture.start().driver.plug({ ...fixture.request, vif: written });
    return undefined;
  } catch (error) {
    return isVifError(error) ? `${error.code}: ${error.message}` : error;
  }
}

function versionsFrom(least: string, most: string): string[] {
  const [major, first] = least.split('.').map(Number);
  const [lastMajor, last] = most.split('.').map(Number);
  if (major !== lastMajor) return [least, most]; // at most one of them can be written
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${major}.${Number(first) + i}`);
}

function nameOf(type: { readonly prototype: object }): string {
  return classNameOf(Object.create(type.prototype));
}

function isOf(object: VIFBase | NonNullable<VIFBase['port_profile']>, name: string): boolean {
  return classNameOf(object) === name;
}
