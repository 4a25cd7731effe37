import * as core from '@vifkit/core';
import { PluginRegistry, parseRequest, VIFBase, type VifPlugin } from '@vifkit/core';
import { expect, it } from 'vitest';
import type { Fixture } from './fixture.js';

/** The classes of VIFs that os-vif has. */
const vifClasses = [
  core.VIFBridge,
  core.VIFDirect,
  core.VIFGeneric,
  core.VIFHostDevice,
  core.VIFOpenVSwitch,
  core.VIFVHostUser,
];

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

    it(`describes the plugin '${name}' by its name, and has it refuse what it does not announce`, async () => {
      const plugin = registry.plugin(name);
      expect(plugin.describe().plugin_name).toBe(name);
      const { driver } = first.start();
      const { instance } = first.request;
      const announced = announcedBy(plugin);
      for (const VifClass of vifClasses.filter((each) => !announced.includes(each.name))) {
        const vif = new VifClass({ id: '3b1c6c9e-6a3e-4d52-9d1b-0c9f4d3e7a11', plugin: name });
        await expect(driver.plan({ vif, instance }), VifClass.name).rejects.toMatchObject({
          code: 'UNSUPPORTED_VIF',
        });
      }
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
