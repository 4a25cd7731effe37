import { asVifError } from '@vifkit/core';
import type { RunOptions } from '../run/engine.js';
import type { Change } from '../run/job.js';
import type { UnplugOptions } from './call-options.js';
import { findInUse } from './in-use.js';
import { type Changing, type ChangingParts, inPhase } from './plugging.js';
import { UnplugByMark } from './unplug-by-mark.js';

/** Unplugs, which do not depend on their requests alone: what carries the VIF's mark goes. */
export function unplugging(
  { engine, host, read, prepare }: ChangingParts,
  { force = false, phase }: Pick<UnplugOptions, 'force' | 'phase'>,
): Changing {
  const byMark = new UnplugByMark(engine);
  // The guest of a source that makes no use of its ports any more is still there, and so are the ports until the release.
  const isLeaving = phase === 'deactivate';
  return {
    prepare: async (json, signal) => {
      const request = read(json);
      try {
        const prepared = await prepare(request, 'unplug', signal);
        return await inPhase(phase, prepared, request.vif, host, signal);
      } catch (error) {
        if (isLeaving) throw error;
        const failure = asVifError(error, 'PLUGIN_FAILED', 'No plan came about', request.vif.id);
        return byMark.prepare(request, failure, signal);
      }
    },
    run: async (jobs, { tell, ...options }) => {
      const inUse = force ? new Map() : await findInUse(jobs, host, options.signal);
      for (const [job, error] of inUse) tell?.(job, { error });
      const idle = jobs.filter((job) => !inUse.has(job));
      const running: RunOptions<Change[]> = {
        ...options,
        tell: (job, result) =>
          tell?.(job, 'error' in result ? result : { ...result, value: { result: result.value } }),
      };
      await (isLeaving ? engine.unplug(idle, running) : byMark.unplug(idle, running));
    },
  };
}
