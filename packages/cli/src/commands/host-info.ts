import { describeHost } from '../host-info/describe-host.js';
import { openLogger } from '../logger.js';
import { errorLine } from '../output/error-line.js';
import { renderHostInfo } from '../output/render-host-info.js';
import { styleFor } from '../output/style.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * Prints which VIFs the plugins take; the exit status is 1 if one of them cannot tell.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT
 */
export async function hostInfo({ format, verbose }: Settings, surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  const logger = await openLogger(verbose, stderr);
  const [{ PluginRegistry }, packages] = await Promise.all([import('@vifkit/core'), surroundings.plugins()]);
  const { info, errors } = describeHost(new PluginRegistry(packages, {}, logger));
  for (const error of errors) stderr.write(errorLine(null, error));
  stdout.write(format === 'json' ? `${JSON.stringify(info)}\n` : renderHostInfo(info, styleFor(stdout)));
  return errors.length > 0 ? 1 : 0;
}
