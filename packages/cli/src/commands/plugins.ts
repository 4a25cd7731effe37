import { openLogger } from '../logger.js';
import { renderPlugins } from '../output/render-plugins.js';
import { styleFor } from '../output/style.js';
import { listPlugins } from '../plugins/list-plugins.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * Prints what is registered; the exit status is 1 if something of it cannot be used.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT
 */
export async function plugins({ format, verbose }: Settings, surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  const logger = await openLogger(verbose, stderr);
  const [{ PluginRegistry }, packages] = await Promise.all([import('@vifkit/core'), surroundings.plugins()]);
  const listed = listPlugins(new PluginRegistry(packages, {}, logger).registrations);
  if (format === 'json') for (const each of listed) stdout.write(`${JSON.stringify(each)}\n`);
  else stdout.write(renderPlugins(listed, styleFor(stdout)));
  return listed.some(({ error }) => error) ? 1 : 0;
}
