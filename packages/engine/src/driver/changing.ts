import { asVifError } from '@vifkit/core';
import type { RoutedRequest } from '@vifkit/core/internal';
import type { Connection } from '../connection/verdict.js';
import type { Engine, RunOptions } from '../run/engine.js';
import type { Host } from '../run/host.js';
import type { Change, Job } from '../run/job.js';
import type { PlugOptions } from './batch-options.js';
import { recordOf } from './by-id.js';
import { findInUse } from './in-use.js';
import { inPhase } from './phases.js';
import type { Prepared } from './prepare.js';
import { awaitedPort, readyStep, requireReadiness } from './ready.js';
import { UnplugByMark } from './unplug-by-mark.js';
import type { UnplugOptions } from './unplug-options.js';
import { judgedAfter } from './with-connection.js';

/** What a call wrote for a job, and what came of it. */
export interface Changed {
  readonly result: readonly Change[];
  readonly connection?: Connection;
}

/** How jobs come about, and are carried out. */
export interface Changing {
  prepare(request: unknown, signal: AbortSignal): Promise<Prepared>;
  run(jobs: readonly Job[], options: RunOptions<Changed>): Promise<unknown>;
}

/** What plugs and unplugs are made of. */
export interface ChangingParts {
  readonly engine: Engine;
  readonly host: Host;
  /** @throws VifError */
  read(json: unknown): RoutedRequest;
  /** @throws VifError */
  prepare(request: RoutedRequest, operation: 'plug' | 'unplug', signal: AbortSignal): Promise<Prepared>;
}

/** Plugs, which wait for their ports if that is asked for, and tell of the ways to their networks. */
export function plugging(
  { engine, host, read, prepare }: ChangingParts,
  { wait, phase }: Pick<PlugOptions<never>, 'wait' | 'phase'>,
): Changing {
  return {
    prepare: async (json, signal) => {
      const request = read(json);
      const plugged = await prepare(request, 'plug', signal);
      const { handled, job } = await inPhase(phase, plugged, request.vif, host.migration, signal);
      const record = recordOf(json, request.routing, handled);
      const recorded = { ...job, ...(record && { record }) };
      // A destination that is not ready when the guest arrives would miss what the guest says then.
      const arrives = phase === 'prepare' && host.readiness !== undefined;
      if (!wait && !arrives) return { handled, job: recorded };
      const readiness = requireReadiness(host.readiness);
      const port = awaitedPort(request.vif, job.plan);
      const steps = port ? [readyStep(port, readiness, typeof wait === 'number' ? wait : undefined)] : [];
      return { handled, job: { ...recorded, plan: [...job.plan, ...steps] } };
    },
    run: judgedAfter((jobs, options) => engine.plug(jobs, options), host.connection),
  };
}

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
        return await inPhase(phase, prepared, request.vif, host.migration, signal);
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
