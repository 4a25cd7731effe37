import { classNameOf, PluginRegistry } from '@vifkit/core';
import { expect, it } from 'vitest';
import { announces } from './announces.js';
import { addExamples } from './examples.js';
import type { Fixture } from './fixture.js';

/** What `describe` says of the plugins is so. */
export function describesItself(fixtures: readonly Fixture[]): void {
  const [first] = fixtures;
  if (!first) return;
  const registry = new PluginRegistry(first.plugins, first.options);

  it('announces the VIF classes of all requests', () => {
    for (const { object, request } of fixtures) {
      if (!object?.plugin) continue; // the legacy path has no descriptions
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
    for (const name of new PluginRegistry([added]).pluginNames) announces(added, name, first);
  }
}
