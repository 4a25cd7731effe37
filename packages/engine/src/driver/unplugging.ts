import { asVifError } from '@vifkit/core';
import type { RunOptions } from '../run/engine.js';
import type { Change } from '../run/job.js';
import type { UnplugOptions } from './call-options.js';
import { findInUse } from './in-use.js';
import { type Changing, type ChangingParts, inPhase } from './plugging.js';
import { UnplugByMark } from './unplug-by-mark.js';

/** Unplugs. They do not depend on their requests alone: whatever carries the VIF's mark is removed. */
export function unplugging(
  { engine, host, read, prepare }: ChangingParts,
  { force = false, phase }: Pick<UnplugOptions, 'force' | 'phase'>,
): Changing {
  const byMark = new UnplugByMark(engine, host.records);
  // The guest of a source that is being deactivated still exists, and its ports stay until the release.
  const isDeactivating = phase === 'deactivate';
  return {
    prepare: async (json, signal) => {
      const request = read(json);
      try {
        const prepared = await prepare(request, 'unplug', signal);
        return await inPhase(phase, prepared, request.vif, host, signal);
      } catch (error) {
        if (isDeactivating) throw error;
        const failure = asVifError(error, 'PLUGIN_FAILED', 'No plan could be made', request.vif.id);
        return byMark.prepare(request, failure, signal);
      }
    },
    run: async (jobs, { report, ...options }) => {
      const inUse = force ? new Map() : await findInUse(jobs, host, options.signal);
      for (const [job, error] of inUse) report?.(job, { error });
      const idle = jobs.filter((job) => !inUse.has(job));
      const running: RunOptions<Change[]> = {
        ...options,
        report: (job, result) =>
          report?.(job, 'error' in result ? result : { ...result, value: { result: result.value } }),
      };
      await (isDeactivating ? engine.unplug(idle, running) : byMark.unplug(idle, running));
    },
  };
}
