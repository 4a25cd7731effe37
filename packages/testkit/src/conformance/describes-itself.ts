import { classNameOf, PluginRegistry } from '@vifkit/core';
import { expect, it } from 'vitest';
import { announces } from './announces.js';
import { type Applicable, ifEmpty } from './applicable.js';
import { addExamples } from './examples.js';
import type { Fixture } from './fixture.js';

/** What `describe` says of the plugins is so. */
export async function describesItself(fixtures: readonly Fixture[], applicable: Applicable): Promise<void> {
  const [first] = fixtures;
  if (!first) throw new Error('The conformance suite has nothing to test: give it `requests`');
  const registry = new PluginRegistry(first.plugins, first.options);

  // The legacy path has no descriptions.
  const described = async () => fixtures.map(({ object }) => object).filter((object) => object?.plugin);
  const reason = await ifEmpty(
    described(),
    'no request is for a plugin: all are for drivers of the legacy path',
  );
  applicable.test('these requests', 'announces the VIF classes of all requests', reason, () => {
    for (const { object, request } of fixtures) {
      if (!object?.plugin) continue;
      const { vif_info } = registry.plugin(object.plugin).describe();
      const announced = vif_info.map((vif) => vif.vif_object_name);
      expect(announced, String(request.id)).toContain(classNameOf(object));
    }
  });

  for (const name of registry.pluginNames) {
    it(`describes the plugin '${name}' by its name`, () => {
      expect(registry.plugin(name).describe().plugin_name).toBe(name);
    });
  }

  for (const added of addExamples(fixtures)) {
    for (const name of new PluginRegistry([added]).pluginNames) announces(added, name, first, applicable);
  }
}
