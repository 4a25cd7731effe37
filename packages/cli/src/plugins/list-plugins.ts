import { asVifError, optionVariable, type PluginRegistry, type VifPlugin } from '@vifkit/core';
import { errorJson } from '../output/error-json.js';
import type { ListedOption, ListedPlugin, ListedVif } from './listed-plugin.js';

type Registration = PluginRegistry['registrations'][number];

/** What there is to say of registrations. Each is built for it; one that throws is listed with its error. */
export function listPlugins(registrations: readonly Registration[]): ListedPlugin[] {
  return registrations.map((registration) => {
    const { declaration, packageName } = registration;
    return {
      package: packageName,
      ...(declaration.role === 'plugin'
        ? { role: declaration.role, name: declaration.name }
        : { role: declaration.role, type: declaration.type }),
      ...(declaration.role === 'converter' && declaration.routing && { routing: declaration.routing }),
      ...abilities(registration),
      options: optionsOf(registration),
      needs: declaration.needs ?? [],
    };
  });
}

function optionsOf(registration: Registration): Record<string, ListedOption> {
  const { declaration, options, key } = registration;
  const defaults = declaration.options ? new declaration.options() : {};
  const listed = Object.entries(options).map(([name, value]): [string, ListedOption] => {
    const option = {
      value: value ?? null,
      default: Reflect.get(defaults, name) ?? null,
      source: registration.sourceOf(name) ?? 'default',
      variable: optionVariable(key, name),
    };
    return [name, option];
  });
  return Object.fromEntries(listed);
}

function abilities(registration: Registration): Pick<ListedPlugin, 'vifs' | 'error'> {
  try {
    const { instance } = registration;
    return registration.declaration.role === 'plugin' ? { vifs: vifsOf(instance as VifPlugin) } : {};
  } catch (error) {
    const context = `The ${registration.title} cannot be used`;
    return { error: errorJson(asVifError(error, 'PLUGIN_FAILED', context)) };
  }
}

function vifsOf(plugin: VifPlugin): ListedVif[] {
  return plugin.describe().vif_info.map((vif) => ({
    class: vif.vif_object_name,
    minVersion: vif.min_version,
    maxVersion: vif.max_version,
    portProfiles: (vif.supported_port_profiles ?? []).map((profile) => ({
      class: profile.profile_object_name,
      minVersion: profile.min_version,
      maxVersion: profile.max_version,
    })),
  }));
}
