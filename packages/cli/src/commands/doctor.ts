import { diagnose } from '../doctor/diagnose.js';
import { renderDoctor } from '../output/render-doctor.js';
import { styleFor } from '../output/style.js';
import { listPlugins } from '../plugins/list-plugins.js';
import { loadRegistry } from '../plugins/load-registry.js';
import type { Settings } from '../settings.js';
import type { Surroundings } from '../surroundings.js';

/**
 * Prints what this host lacks for which plugin; the exit status is 1 if it lacks anything.
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT, INVALID_OPTIONS
 */
export async function doctor(settings: Settings, surroundings: Surroundings): Promise<number> {
  const { stdout } = surroundings;
  const registry = await loadRegistry(settings, surroundings);
  const listed = listPlugins(registry.registrations);
  const diagnoses = await diagnose(listed, (needs) => surroundings.examineHost(needs, settings));
  if (settings.format === 'json') for (const each of diagnoses) stdout.write(`${JSON.stringify(each)}\n`);
  else stdout.write(renderDoctor(diagnoses, styleFor(stdout)));
  return diagnoses.some(({ lacks, error }) => error || lacks.length > 0) ? 1 : 0;
}
