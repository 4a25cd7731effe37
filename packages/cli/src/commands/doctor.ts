import { type Requirement, VifError } from '@vifkit/core';
import type { Lack } from '@vifkit/host/doctor';
import { loadRegistry } from '../plugins/load-registry.js';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import type { ErrorJson } from '../terminal/errors.js';
import { plain, type Style, styleFor } from '../terminal/output.js';
import { printable } from '../terminal/text.js';
import { type ListedPlugin, listPlugins, pluginTrees } from './plugins.js';

/**
 * Prints what this host lacks for which plugin; the exit status is 1 if it lacks anything.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function doctor(
  settings: Settings,
  environment: Environment,
  names: readonly string[] = [],
): Promise<number> {
  const { stdout } = environment;
  const registry = await loadRegistry(settings, environment);
  const listed = limited(listPlugins(registry.registrations), names);
  const diagnoses = await diagnose(listed, (needs) => environment.examineHost(needs, settings));
  if (settings.format === 'json') for (const each of diagnoses) stdout.write(`${JSON.stringify(each)}\n`);
  else stdout.write(renderDoctor(diagnoses, styleFor(stdout)));
  return diagnoses.every(isWell) ? 0 : 1;
}

/** Whether everything that was checked works. */
export function isWell({ lacks, error }: Finding): boolean {
  return !error && lacks.every(({ isWarning }) => isWarning);
}

/**
 * The plugins that were named, by their names or VIF types.
 * @throws VifError INVALID_OPTIONS for one that does not exist
 */
function limited(listed: readonly ListedPlugin[], names: readonly string[]): readonly ListedPlugin[] {
  const wanted = names.filter((name) => name !== '-');
  if (wanted.length === 0) return listed;
  const isCalled = ({ name, type }: ListedPlugin, wantedName: string) =>
    name === wantedName || type === wantedName;
  const unknown = wanted.find((each) => !listed.some((plugin) => isCalled(plugin, each)));
  if (unknown !== undefined) {
    const text = `There is no plugin or VIF type '${unknown}'; \`vif plugins\` lists them all`;
    throw new VifError('INVALID_OPTIONS', text);
  }
  return listed.filter((plugin) => wanted.some((each) => isCalled(plugin, each)));
}

/** What a plugin lacks on this host. */
export type MissingRequirement = Pick<Requirement, 'kind' | 'name'> & Lack;

/** What was found about a plugin or a request. */
export interface Finding {
  readonly lacks: readonly MissingRequirement[];
  /** Why it cannot be used. */
  readonly error?: ErrorJson | undefined;
}

/** A plugin or driver, and what this host lacks for it, as `vif doctor --format json` prints it. */
export type Diagnosis = Pick<ListedPlugin, 'package' | 'role' | 'name' | 'type'> & Finding;

/** Checks requirements on a host: for each, what is lacking, or undefined. */
export type Examine = (requirements: readonly Requirement[]) => Promise<readonly (Lack | undefined)[]>;

/** Checks everything that the plugins and drivers need, in one call. Converters need nothing from a host. */
export async function diagnose(listed: readonly ListedPlugin[], examine: Examine): Promise<Diagnosis[]> {
  const plugins = listed.filter(({ role }) => role !== 'converter');
  const lacks = await examine(plugins.flatMap(({ needs }) => needs));
  let next = 0;
  return plugins.map(({ package: from, role, name, type, error, needs }) => ({
    package: from,
    role,
    ...(name !== undefined && { name }),
    ...(type !== undefined && { type }),
    ...(error && { error }),
    lacks: needs.flatMap(({ kind, name }): MissingRequirement[] => {
      const lack = lacks[next++];
      return lack ? [{ kind, name, ...lack }] : [];
    }),
  }));
}

/** What each plugin lacks, as one tree per package. */
export function renderDoctor(diagnoses: readonly Diagnosis[], style: Style = plain): string {
  return pluginTrees(diagnoses, style, ({ lacks, error }, subject) => {
    const mark = isWell({ lacks, error }) ? style('green', '✓') : style('red', '✗');
    return { line: `${mark} ${subject}`, details: detailsOf({ lacks, error }, style) };
  });
}

/** What to do, one line each. */
export function detailsOf({ lacks, error }: Finding, style: Style): string[] {
  return [
    ...lacks.map(({ problem, remedy, isWarning }) =>
      printable(`${isWarning ? 'warning: ' : ''}${problem}; ${remedy}`),
    ),
    ...(error ? [style('red', printable(`${error.code}: ${error.message}`))] : []),
  ];
}
