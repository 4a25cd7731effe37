import { asVifError, type Logger, type PluginRegistry, type VifError } from '@vifkit/core';
import type { StepRunner } from '@vifkit/core/step-kinds';
import { withDeadline, withinDeadline } from '../time/deadline.js';

/** Milliseconds that plugins are given to end. */
const longestDispose = 5_000;

/**
 * Ends what plugins have made, and the runners of their packages, by their own `dispose`. One that fails, or has not ended
 * in time, is logged.
 */
export async function endPlugins(
  registry: PluginRegistry,
  runners: readonly StepRunner[],
  logger: Logger,
): Promise<void> {
  const ending = async () => (await Promise.all([registry.dispose(), ...runners.map(endRunner)])).flat();
  const failures = await withDeadline(longestDispose, undefined, (signal) =>
    withinDeadline(ending(), signal, 'plugins ended').catch((error: VifError) => [error]),
  );
  for (const error of failures) logger.warn({ err: error, code: error.code }, 'A plugin did not end well');
}

async function endRunner(runner: StepRunner): Promise<VifError[]> {
  try {
    await runner.dispose?.();
    return [];
  } catch (error) {
    const text = `The runner of the kinds ${runner.kinds.join(', ')} could not be disposed of`;
    return [asVifError(error, 'PLUGIN_FAILED', text)];
  }
}
