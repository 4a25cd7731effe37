import { renderPlugins } from '../output/render-plugins.js';
import { styleFor } from '../output/style.js';
import { listPlugins } from '../plugins/list-plugins.js';
import { loadRegistry } from '../plugins/load-registry.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * Prints what is registered; the exit status is 1 if something of it cannot be used.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function plugins(settings: Settings, surroundings: Surroundings): Promise<number> {
  const { stdout } = surroundings;
  const registry = await loadRegistry(settings, surroundings);
  const listed = listPlugins(registry.registrations);
  if (settings.format === 'json') for (const each of listed) stdout.write(`${JSON.stringify(each)}\n`);
  else stdout.write(renderPlugins(listed, styleFor(stdout)));
  return listed.some(({ error }) => error) ? 1 : 0;
}
