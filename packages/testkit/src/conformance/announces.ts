import { isVifError, type PluginPackage, PluginRegistry } from '@vifkit/core';
import { describePlugin } from '@vifkit/core/internal';
import {
  classNameOf,
  commonVersion,
  type HostPortProfileInfo,
  type HostVIFInfo,
  toPrimitive,
  type VIFBase,
} from '@vifkit/core/os-vif';
import { type Case, ifEmpty } from './case.js';
import { type Example, examplesOf } from './examples.js';
import type { Fixture } from './fixture.js';
import type { Look } from './look.js';
import { sampleFields, vifClasses } from './vif-classes.js';

/** A plugin supports exactly what it announces: each class, each port profile and each version, and no others. */
export async function announces(from: PluginPackage, plugin: string, fixture: Fixture): Promise<Case[]> {
  const subject = `plugin '${plugin}'`;
  const announced = (): readonly HostVIFInfo[] =>
    describePlugin(plugin, new PluginRegistry(fixture.plugins, fixture.options).plugin(plugin)).vif_info;
  const others = async () => {
    const names = announced().map((vif) => vif.vif_object_name);
    return vifClasses.filter((each) => !names.includes(nameOf(each)));
  };
  return [
    {
      subject,
      promise: 'announces-versions',
      says: 'announces versions that core has',
      async run(look) {
        look.some(announced(), 'the VIF classes that it announces');
        look.equal(announced(), announced(), 'what it announces when it is asked again');
        for (const vif of announced()) {
          commonVersion(vif);
          for (const profile of vif.supported_port_profiles ?? []) commonVersion(profile);
        }
      },
    },
    {
      subject,
      promise: 'plugs-announced',
      says: 'plugs what it announces, in every version',
      async run(look) {
        look.some(announced(), 'the VIF classes that it announces');
        for (const vif of announced()) {
          const examples = examplesOf(from, plugin).filter((each) => isOf(each.vif, vif.vif_object_name));
          await plugsAll(look, vif.vif_object_name, vif, examples);
          for (const profile of vif.supported_port_profiles ?? []) {
            const name = profile.profile_object_name;
            const some = examples.filter(({ vif }) => vif.port_profile && isOf(vif.port_profile, name));
            await plugsAll(look, name, profile, some, ` in a ${vif.vif_object_name}`);
          }
        }
      },
    },
    {
      subject,
      promise: 'refuses-others',
      says: 'refuses VIF classes that it does not announce',
      inapplicable: await ifEmpty(others(), 'it announces all VIF classes'),
      async run(look) {
        for (const type of await others()) {
          for (const own of [{}, sampleFields(type)]) {
            const { driver } = await fixture.start();
            const vif = new type({ ...commonFields, ...own, plugin });
            const code = await driver.plan({ ...fixture.request, vif }).then(
              () => 'planned',
              (error: unknown) => (isVifError(error) ? error.code : String(error)),
            );
            const fields = Object.keys(own).join(', ') || 'no fields of its own';
            look.same(code, 'UNSUPPORTED_VIF', `what comes of a ${nameOf(type)} with ${fields}`);
          }
        }
      },
    },
  ];
}

const commonFields = { id: '5b3a7c3e-54b1-4d3e-9f5e-0c1d2e3f4a5b', address: '02:00:00:00:00:01' };

/**
 * For each version from the earliest to the latest, one of the examples can be plugged when it is written in that
 * version.
 */
async function plugsAll(
  look: Look,
  name: string,
  { min_version, max_version }: HostVIFInfo | HostPortProfileInfo,
  examples: readonly Example[],
  where = '',
): Promise<void> {
  look.some(examples, `requests with a ${name}${where}, which is announced`);
  for (const version of versionsFrom(min_version, max_version)) {
    const errors = [];
    for (const example of examples) {
      const error = await plugAs(name, version, example);
      if (error === undefined) break;
      errors.push(error);
    }
    const failed = errors.length === examples.length ? errors.map(String) : [];
    look.none(failed, `${name} ${version}${where}, which is announced`);
  }
}

/** Plugs an example as a peer would send it that has an older version of the class. */
async function plugAs(name: string, version: string, { fixture, vif }: Example): Promise<unknown> {
  try {
    const written = toPrimitive(vif, { manifest: { [name]: version } });
    await (await fixture.start()).driver.plug({ ...fixture.request, vif: written });
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
