import type { Logger, PluginRegistry, VifError } from '@vifkit/core';
import { withDeadline, withinDeadline } from '../time/deadline.js';

/** Milliseconds that plugins are given to end. */
const longestDispose = 5_000;

/** Ends what plugins have made, by their own `dispose`. One that fails, or has not ended in time, is logged. */
export async function endPlugins(registry: PluginRegistry, logger: Logger): Promise<void> {
  const failures = await withDeadline(longestDispose, undefined, (signal) =>
    withinDeadline(registry.dispose(), signal, 'plugins ended').catch((error: VifError) => [error]),
  );
  for (const error of failures) logger.warn({ err: error, code: error.code }, 'A plugin did not end well');
}
