import { PluginRegistry, parseRequest, VIFBase, type VifPlugin } from '@vifkit/core';
import { expect, it } from 'vitest';
import type { Fixture } from './fixture.js';

/** What `describe` says of the plugins is so. */
export function describesItself(fixtures: readonly Fixture[]): void {
  const [first] = fixtures;
  if (!first) return;
  const registry = new PluginRegistry(first.plugins, first.options);

  it('announces the VIF classes of all requests', () => {
    for (const { request } of fixtures) {
      const vif = objectOf(request, registry);
      if (!vif?.plugin) continue; // the legacy path has no descriptions
      expect(announcedBy(registry.plugin(vif.plugin)), String(request.id)).toContain(vif.constructor.name);
    }
  });

  for (const { declaration } of registry.registrations) {
    if (declaration.role !== 'plugin') continue;
    const { name } = declaration;

    it(`describes the plugin '${name}' by its name`, () => {
      expect(registry.plugin(name).describe().plugin_name).toBe(name);
    });
  }
}

function announcedBy(plugin: VifPlugin): string[] {
  return plugin.describe().vif_info.map((info) => info.vif_object_name);
}

/** The os-vif object that a request is, or is converted to. */
function objectOf(request: unknown, registry: PluginRegistry): VIFBase | undefined {
  const { vif, hostFilters } = parseRequest(request);
  if (vif instanceof VIFBase) return vif;
  return vif.type ? registry.converter(vif.type)?.convert(vif, { hostFilters }) : undefined;
}
