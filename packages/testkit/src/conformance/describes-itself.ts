import { PluginRegistry } from '@vifkit/core';
import { describePlugin, readPackageManifest, requireAsDeclared } from '@vifkit/core/internal';
import { classNameOf } from '@vifkit/core/os-vif';
import { announces } from './announces.js';
import { type Case, ifEmpty } from './case.js';
import { addExamples } from './examples.js';
import type { Fixture } from './fixture.js';

/**
 * What `describe` says about the plugins is true.
 * @param manifest what the package's package.json has, if it is given
 */
export async function describesItself(fixtures: readonly Fixture[], manifest: unknown): Promise<Case[]> {
  const [first] = fixtures;
  if (!first) return [];
  const registry = new PluginRegistry(first.plugins, first.options);
  // The legacy path has no descriptions.
  const described = async () => fixtures.map(({ object }) => object).filter((object) => object?.plugin);
  const noPlugin = 'no request is for a plugin: all are for drivers of the legacy path';
  const cases: Case[] = [
    {
      subject: 'these requests',
      promise: 'announces-requests',
      says: 'announces the VIF classes of all requests',
      inapplicable: await ifEmpty(described(), noPlugin),
      async run(look) {
        for (const { object, request } of fixtures) {
          if (!object?.plugin) continue;
          const { vif_info } = describePlugin(object.plugin, registry.plugin(object.plugin));
          const announced = vif_info.map((vif) => vif.vif_object_name);
          look.includes(announced, classNameOf(object), `what is announced, for ${String(request.id)}`);
        }
      },
    },
    ...registry.pluginNames.map(
      (name): Case => ({
        subject: `plugin '${name}'`,
        promise: 'describes-name',
        says: 'describes itself by its name',
        async run(look) {
          look.same(describePlugin(name, registry.plugin(name)).plugin_name, name, 'plugin_name');
        },
      }),
    ),
    ...first.plugins.map(
      (each): Case => ({
        subject: each.name,
        promise: 'declares-itself',
        says: 'is what its package.json declares it to be',
        inapplicable: manifest === undefined ? 'no package.json was given as `manifest`' : undefined,
        async run(look) {
          const { vifkit } = readPackageManifest(manifest, each.name);
          look.holds(vifkit !== undefined, 'there is "vifkit" in the package.json');
          if (vifkit) requireAsDeclared(vifkit, each);
        },
      }),
    ),
  ];
  const added = addExamples(fixtures).flatMap((each) =>
    new PluginRegistry([each]).pluginNames.map((name) => announces(each, name, first)),
  );
  return [...cases, ...(await Promise.all(added)).flat()];
}
