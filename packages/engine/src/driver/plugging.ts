import type { RoutedRequest } from '@vifkit/core/internal';
import type { Engine, RunOptions } from '../run/engine.js';
import type { Host } from '../run/host.js';
import type { Change, Job } from '../run/job.js';
import type { MigrationPhase } from '../run/port-migration.js';
import type { PlugOptions } from './call-options.js';
import { loadCode, type Prepared } from './prepare.js';
import { type Connected, judgedAfter } from './with-connection.js';

/** What a call wrote for a job, and the resulting connection. */
export type Changed = Connected<readonly Change[]>;

/** How jobs are prepared and run. */
export interface Changing {
  prepare(request: unknown, signal: AbortSignal): Promise<Prepared>;
  run(jobs: readonly Job[], options: RunOptions<Changed>): Promise<unknown>;
}

/** Changes whose code is loaded for their first request. If it cannot be, the request fails, and not the call. */
export function loadedWithRequests(load: () => Promise<Changing>): Changing {
  let loaded: Changing | undefined;
  return {
    prepare: async (request, signal) => {
      const changing = await load();
      loaded ??= changing; // the same for all requests
      return loaded.prepare(request, signal);
    },
    run: async (jobs, options) => loaded?.run(jobs, options),
  };
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

/** What only plugs that wait, and phases of live migrations, need. */
export const plugCode = { ready: () => import('./ready.js'), phases: () => import('./phases.js') } as const;

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
      const { awaitedPort, readyStep, requireReadiness } = await loadCode(host, plugCode.ready);
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
  host: Host,
  signal: AbortSignal,
): Promise<Prepared> {
  const { migration } = host;
  if (!phase || !migration) return prepared;
  const { phaseOf } = await loadCode(host, plugCode.phases);
  return phaseOf(phase, prepared, vif, migration, signal);
}
