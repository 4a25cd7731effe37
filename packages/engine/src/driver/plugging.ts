import type { RoutedRequest } from '@vifkit/core/internal';
import type { Connection } from '../connection/verdict.js';
import type { Engine, RunOptions } from '../run/engine.js';
import type { Host } from '../run/host.js';
import type { Change, Job } from '../run/job.js';
import type { MigrationPhase } from '../run/port-migration.js';
import type { PlugOptions } from './call-options.js';
import type { Prepared } from './prepare.js';
import { judgedAfter } from './with-connection.js';

/** What a call wrote for a job, and the resulting connection. */
export interface Changed {
  readonly result: readonly Change[];
  readonly connection?: Connection;
}

/** How jobs are prepared and run. */
export interface Changing {
  prepare(request: unknown, signal: AbortSignal): Promise<Prepared>;
  run(jobs: readonly Job[], options: RunOptions<Changed>): Promise<unknown>;
}

/** What plugs and unplugs need. */
export interface ChangingParts {
  readonly engine: Engine;
  readonly host: Host;
  /** @throws VifError */
  read(json: unknown): RoutedRequest;
  /** @throws VifError */
  prepare(request: RoutedRequest, operation: 'plug' | 'unplug', signal: AbortSignal): Promise<Prepared>;
}

/** Plugs. They wait for their ports on request, and report the paths to their networks. */
export function plugging(
  { engine, host, read, prepare }: ChangingParts,
  { wait, phase, managedBy }: Pick<PlugOptions<never>, 'wait' | 'phase' | 'managedBy'>,
): Changing {
  return {
    prepare: async (json, signal) => {
      const request = read(json);
      const plugged = managed(await prepare(request, 'plug', signal), managedBy);
      const { handled, job } = await inPhase(phase, plugged, request.vif, host, signal);
      // A destination that is not ready when the guest arrives would miss the guest's announcements.
      const arrives = phase === 'prepare' && host.readiness !== undefined;
      if (!wait && !arrives) return { handled, job };
      const { awaitedPort, readyStep, requireReadiness } = await import('./ready.js');
      const readiness = requireReadiness(host.readiness);
      const port = awaitedPort(request.vif, job.plan);
      const waitTimeout = typeof wait === 'number' ? wait : undefined;
      const steps = port ? [readyStep(port, readiness, waitTimeout, phase !== undefined)] : [];
      return { handled, job: { ...job, plan: [...job.plan, ...steps] } };
    },
    run: judgedAfter((jobs, options) => engine.plug(jobs, options), host.connection),
  };
}

function managed({ handled, job }: Prepared, managedBy: string | undefined): Prepared {
  if (!job.record || managedBy === undefined) return { handled, job };
  return { handled, job: { ...job, record: { ...job.record, managedBy } } };
}

/**
 * What must be run for a phase of a live migration, in place of a plug or an unplug; without a phase, the plug or
 * unplug itself.
 */
export async function inPhase(
  phase: MigrationPhase | undefined,
  prepared: Prepared,
  vif: RoutedRequest['vif'],
  { migration }: Host,
  signal: AbortSignal,
): Promise<Prepared> {
  if (!phase || !migration) return prepared;
  const { phaseOf } = await import('./phases.js');
  return phaseOf(phase, prepared, vif, migration, signal);
}
