import {
  asVifError,
  optionVariable,
  type PluginRegistry,
  type Requirement,
  type VifPlugin,
} from '@vifkit/core';
import { describePlugin } from '@vifkit/core/internal';
import type { Routing } from '@vifkit/core/nova';
import { type Origin, originOf } from '../plugins/load-plugins.js';
import { loadRegistry } from '../plugins/load-registry.js';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { type ErrorJson, errorJson } from '../terminal/errors.js';
import { plain, type Style, styleFor } from '../terminal/output.js';
import { type Branch, printable, showValue, tree } from '../terminal/text.js';

/**
 * Prints what is registered; the exit status is 1 if any of it cannot be used.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function plugins(settings: Settings, environment: Environment): Promise<number> {
  const { stdout } = environment;
  const packages = await environment.plugins(settings);
  const registry = await loadRegistry(settings, { ...environment, plugins: async () => packages });
  const origins = new Map(packages.map((each) => [each.name, originOf(each)]));
  const listed = listPlugins(registry.registrations, origins);
  if (settings.format === 'json') for (const each of listed) stdout.write(`${JSON.stringify(each)}\n`);
  else stdout.write(renderPlugins(listed, styleFor(stdout)));
  return listed.some(({ error }) => error) ? 1 : 0;
}

/** A registered plugin, driver or converter, as `vif plugins --format json` prints it. */
export interface ListedPlugin {
  /** The npm package it comes from. */
  readonly package: string;
  /** The package's version; null if unknown. */
  readonly version: string | null;
  /** The package's folder; null if unknown. */
  readonly path: string | null;
  /** What named the package: `--plugin`, `VIF_PLUGINS`, a configuration file, or `vif` for built-in packages. */
  readonly namedBy: string;
  /** The contract with core that it was written for. */
  readonly contract: number;
  readonly role: 'plugin' | 'driver' | 'converter';
  /** The name by which VIFs refer to a plugin. */
  readonly name?: string;
  /** The VIF type of a driver or converter. */
  readonly type?: string;
  /** The rules that a converter serves, if not all. */
  readonly routing?: Routing;
  /** The VIF classes that a plugin supports. */
  readonly vifs?: readonly ListedVif[];
  readonly options: Readonly<Record<string, ListedOption>>;
  readonly needs: readonly Requirement[];
  /** Why it cannot be used. */
  readonly error?: ErrorJson;
}

/** An option of a plugin. A value that is undefined is null here. */
export interface ListedOption {
  /** The value in force. */
  readonly value: unknown;
  readonly default: unknown;
  /** The source of the value: `default`, a file's path, or a variable's name. */
  readonly source: string;
  /** The environment variable that sets the option. */
  readonly variable: string;
}

/** A class of objects, and the versions of it that are understood. */
export interface ListedClass {
  readonly class: string;
  readonly minVersion: string;
  readonly maxVersion: string;
}

export interface ListedVif extends ListedClass {
  readonly portProfiles: readonly ListedClass[];
}

type Registration = PluginRegistry['registrations'][number];

/** Describes registrations. Each component is instantiated for this; one that throws is listed with its error. */
export function listPlugins(
  registrations: readonly Registration[],
  origins: ReadonlyMap<string, Origin> = new Map(),
): ListedPlugin[] {
  return registrations.map((registration) => {
    const { declaration, packageName, contract } = registration;
    const origin = origins.get(packageName);
    return {
      package: packageName,
      version: origin?.version ?? null,
      path: origin?.path ?? null,
      namedBy: origin?.namedBy ?? 'vif',
      contract,
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
    return registration.declaration.role === 'plugin'
      ? { vifs: vifsOf(registration.key, instance as VifPlugin) }
      : {};
  } catch (error) {
    const context = `The ${registration.title} cannot be used`;
    return { error: errorJson(asVifError(error, 'PLUGIN_FAILED', context)) };
  }
}

function vifsOf(name: string, plugin: VifPlugin): ListedVif[] {
  return describePlugin(name, plugin).vif_info.map((vif) => ({
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

/** What is registered, as one tree per package. */
export function renderPlugins(plugins: readonly ListedPlugin[], style: Style = plain): string {
  const branchOf = ({ vifs = [], options, needs, error }: ListedPlugin, subject: string): Branch => ({
    line: error ? `${style('red', '✗')} ${subject}` : subject,
    details: [
      ...vifs.map((vif) => {
        const profiles = vif.portProfiles.map(versions).join(', ');
        return versions(vif) + (profiles && ` with ${profiles}`);
      }),
      ...Object.entries(options).map(optionLine),
      ...needs.map(({ name, from }) => printable(`needs ${name} (${from})`)),
      ...(error ? [style('red', printable(`${error.code}: ${error.message}`))] : []),
    ],
  });
  return pluginTrees(plugins, style, branchOf, ({ version, contract, path, namedBy }) => {
    const by = namedBy === 'vif' ? 'comes with vif' : `named by ${namedBy}`;
    return `${version ? ` ${version}` : ''} (contract ${contract}, ${by}${path ? `, ${path}` : ''})`;
  });
}

function optionLine([name, { value, default: fallback, source, variable }]: [string, ListedOption]): string {
  const origin = source === 'default' ? variable : `from ${source}; default ${showValue(fallback)}`;
  return `option ${printable(name)}: ${showValue(value)} (${printable(origin)})`;
}

function versions({ class: name, minVersion, maxVersion }: ListedClass): string {
  return printable(`${name} ${minVersion === maxVersion ? minVersion : `${minVersion} to ${maxVersion}`}`);
}

type Registered = Pick<ListedPlugin, 'package' | 'role' | 'name' | 'type' | 'routing'>;

/** One tree per package, with a branch for each registered component. */
export function pluginTrees<T extends Registered>(
  plugins: readonly T[],
  style: Style,
  branchOf: (plugin: T, subject: string) => Branch,
  originOf: (plugin: T) => string = () => '',
): string {
  const packages = [...new Set(plugins.map((plugin) => plugin.package))];
  return packages
    .map((name) => {
      const own = plugins.filter((plugin) => plugin.package === name);
      const origin = own[0] ? originOf(own[0]) : '';
      return tree(
        style('bold', printable(name)) + printable(origin),
        own.map((plugin) => branchOf(plugin, subjectOf(plugin))),
      );
    })
    .join('');
}

function subjectOf({ role, name, type, routing }: Registered): string {
  if (role === 'plugin') return printable(`${role} ${name}`);
  return printable(`${role} of type ${type}${routing ? ` for routing ${routing}` : ''}`);
}
