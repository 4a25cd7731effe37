import { errorLine } from '../output/error-line.js';
import { renderHostInfo } from '../output/render-host-info.js';
import { styleFor } from '../output/style.js';
import { loadRegistry } from '../plugins/load-registry.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * Prints which VIFs the plugins take; the exit status is 1 if one of them cannot tell.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function hostInfo(
  settings: Settings & { readonly permit?: readonly string[] },
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const [{ describeHost }, registry] = await Promise.all([
    import('@vifkit/core'),
    loadRegistry(settings, surroundings),
  ]);
  const { info, errors } = describeHost(registry, settings.permit);
  for (const error of errors) stderr.write(errorLine(null, error));
  stdout.write(
    settings.format === 'json' ? `${JSON.stringify(info)}\n` : renderHostInfo(info, styleFor(stdout)),
  );
  return errors.length > 0 ? 1 : 0;
}
