import type { HostInfo } from '@vifkit/core/os-vif';
import { loadRegistry } from '../plugins/load-registry.js';
import { InputError } from '../requests/request.js';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorLine } from '../terminal/errors.js';
import { plain, type Style, styleFor } from '../terminal/output.js';
import { printable } from '../terminal/text.js';

/**
 * Prints which VIFs the plugins support; the exit status is 1 if one of them fails to say.
 * @throws InputError for a class that does not exist
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function hostInfo(
  settings: Settings & { readonly permit?: readonly string[] },
  environment: Environment,
): Promise<number> {
  const { stdout, stderr } = environment;
  const [{ describeHost }, registry] = await Promise.all([
    import('@vifkit/core'),
    loadRegistry(settings, environment),
  ]);
  const { info, errors } = describeHost(registry, settings.permit);
  for (const error of errors) stderr.write(errorLine(null, error));
  if (settings.permit) await requireClasses(settings.permit, info);
  if (settings.format === 'json') stdout.write(`${JSON.stringify(info)}\n`);
  else if (settings.permit && info.plugin_info.length === 0) {
    stdout.write(`no plugin supports ${settings.permit.map(printable).join(' or ')}\n`);
  } else stdout.write(renderHostInfo(info, styleFor(stdout)));
  return errors.length > 0 ? 1 : 0;
}

/**
 * os-vif passes over a name that it does not know. People mistype names, and would be told that nothing is supported.
 * @throws InputError
 */
async function requireClasses(names: readonly string[], { plugin_info }: HostInfo): Promise<void> {
  const { suggestion, vifClassNames } = await import('@vifkit/core/internal');
  const announced = plugin_info.flatMap((plugin) => plugin.vif_info.map((vif) => vif.vif_object_name));
  const known = [...new Set([...vifClassNames(), ...announced])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InputError(`There is no VIF class '${printable(unknown)}'; ${suggestion(unknown, known)}`);
}

const heading = ['PLUGIN', 'VIF', 'VERSIONS', 'PORT PROFILE', 'VERSIONS'];

/** What plugins announce, as a table: one line for each VIF class and each port profile that it may have. */
export function renderHostInfo({ plugin_info }: HostInfo, style: Style = plain): string {
  const rows = plugin_info.flatMap(({ plugin_name, vif_info }) =>
    vif_info.flatMap((vif) => {
      const own = [plugin_name, vif.vif_object_name, versions(vif)];
      const profiles = vif.supported_port_profiles ?? [];
      if (profiles.length === 0) return [[...own, '', '']];
      return profiles.map((each) => [...own, each.profile_object_name, versions(each)]);
    }),
  );
  const [first = '', ...rest] = aligned([heading, ...rows.map((row) => row.map(printable))]);
  return `${[style('bold', first), ...rest].join('\n')}\n`;
}

function versions({ min_version: least, max_version: most }: { min_version: string; max_version: string }) {
  return least === most ? least : `${least} to ${most}`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return cells.join('  ').trimEnd();
  });
}
