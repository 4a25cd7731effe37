import { asVifError, isVifError } from '@vifkit/core';
import type { Connection } from '../connection/verdict.js';
import type { Engine, RunOptions } from '../run/engine.js';
import type { Host } from '../run/host.js';
import type { Change, Job } from '../run/job.js';
import type { PlugOptions } from './batch-options.js';
import { findInUse } from './in-use.js';
import { inPhase } from './phases.js';
import type { Prepared } from './prepare.js';
import { awaitedPort, readyStep, requireReadiness } from './ready.js';
import type { RoutedRequest } from './routed-request.js';
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
  read(request: unknown): RoutedRequest;
  /** @throws VifError */
  prepare(request: unknown, operation: 'plug' | 'unplug', signal: AbortSignal): Promise<Prepared>;
}

/** Plugs, which wait for their ports if that is asked for, and tell of the ways to their networks. */
export function plugging(
  { engine, host, read, prepare }: ChangingParts,
  { wait, phase, managedBy }: Pick<PlugOptions<never>, 'wait' | 'phase' | 'managedBy'>,
): Changing {
  return {
    prepare: async (json, signal) => {
      const { vif } = read(json);
      const plugged = managed(await prepare(json, 'plug', signal), managedBy);
      const prepared = await inPhase(phase, plugged, vif, host.migration, signal);
      // A destination that is not ready when the guest arrives would miss what the guest says then.
      const arrives = phase === 'prepare' && host.readiness !== undefined;
      if (!wait && !arrives) return prepared;
      const readiness = requireReadiness(host.readiness);
      const { handled, job } = prepared;
      const port = awaitedPort(vif, job.plan);
      const steps = port ? [readyStep(port, readiness, typeof wait === 'number' ? wait : undefined)] : [];
      return { handled, job: { ...job, plan: [...job.plan, ...steps] } };
    },
    run: judgedAfter<Change[]>((jobs, options) => engine.plug(jobs, options), host.connection),
  };
}

function managed({ handled, job }: Prepared, managedBy: string | undefined): Prepared {
  if (!job.record || managedBy === undefined) return { handled, job };
  return { handled, job: { ...job, record: { ...job.record, managedBy } } };
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
        const prepared = await prepare(json, 'unplug', signal);
        return await inPhase(phase, prepared, request.vif, host.migration, signal);
      } catch (error) {
        if (isVifError(error, 'VIF_IN_USE')) throw error;
        const failure = asVifError(error, 'PLUGIN_FAILED', 'No plan came about', request.vif.id);
        return byMark.prepare(request, failure, signal);
      }
    },
    run: async (jobs, { tell, ...options }) => {
      // A release looks for its guest by itself, and the ports that a source leaves are in use until then.
      const isAsked = !force && !phase;
      const inUse = isAsked ? await findInUse(jobs, host.connection, options.signal) : new Map();
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
