import { type Logger, silentLogger, VifError } from '@vifkit/core';
import type { Reach, StepRunner } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import { CustomRunner } from './custom-runner.js';
import type { Host } from './host.js';
import { type Findings, findOwned, inspectJob, RunnerQueues } from './inspect.js';
import type { Change, Job, JobResult } from './job.js';
import { lockGroups, rounds } from './locks.js';
import type { OwnershipOperation } from './ownership.js';
import { plugJob, type RunContext, unplugJob } from './plug.js';
import type { RunningTask } from './runner-queue.js';
import { SharedDependencies, UNDO_TIMEOUT } from './undo-stack.js';

/** Options of a call to the engine. */
export interface RunOptions<T> {
  readonly signal: AbortSignal;
  /** Milliseconds for undoing a failed plug, even after the signal has fired; 10 000 by default. */
  readonly undoTimeout?: number;
  /** Called for each job that is plugged, as soon as the host is as it should be. Must not throw. */
  plugged?(job: Job, changes: readonly Change[]): void;
  /** Called for each job as soon as its result is final and its locks are released. Must not throw. */
  report?(job: Job, result: JobResult<T>): void;
}

/** Runs plans on a host. Each call takes many jobs, and each job has its own result. */
export class Engine {
  readonly #host: Host;
  readonly #runners: ReadonlyMap<Step['kind'], StepRunner>;
  readonly #logger: Logger;

  /** @param runners those of the host by default */
  constructor(host: Host, runners: readonly StepRunner[] = host.runners, logger: Logger = silentLogger) {
    this.#host = host;
    this.#logger = logger;
    this.#runners = new Map(
      [...runners, new CustomRunner()].flatMap((runner) => runner.kinds.map((kind) => [kind, runner])),
    );
  }

  /** Plugs each job all or nothing: a job that fails is undone, and the others continue. */
  plug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(jobs, options, plugJob);
  }

  /** Continues after a failed step, and reports all failures of a job together. */
  unplug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(jobs, options, (job, context) => unplugJob(job, context, 'unplug'));
  }

  /** Like {@link unplug}, but for what nobody needs any more: removes only what carries the mark of the job's VIF. */
  collect(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(jobs, options, (job, context) => unplugJob(job, context, 'gc'));
  }

  /**
   * Compares plans with the host, and writes nothing. The tasks are in the order of the plan's steps. The operation
   * decides how things that do not belong to the VIF are treated.
   */
  inspect(
    jobs: readonly Job[],
    { signal, report, operation }: RunOptions<readonly RunningTask[]> & { operation: OwnershipOperation },
  ): Promise<JobResult<readonly RunningTask[]>[]> {
    const queues = new RunnerQueues(this.#runners, signal);
    return Promise.all(
      jobs.map(async (job) => {
        const { tasks, failures } = await inspectJob(job, operation, queues);
        const error = failures[0]?.error;
        const result = error
          ? { error: new VifError(error.code, error.message, { vifId: job.vifId, cause: error.cause }) }
          : { value: tasks };
        report?.(job, result);
        return result;
      }),
    );
  }

  /**
   * Finds what carries our mark on the host. Never rejects.
   * @param reach how much of it must be found
   * @param vifIds look only for what belongs to these VIFs
   */
  findOwned(signal: AbortSignal, reach: Reach = 'all', vifIds?: readonly string[]): Promise<Findings> {
    return findOwned(new Set(this.#runners.values()), signal, reach, vifIds);
  }

  /** Whether a plan has steps for the same runner: links, Open vSwitch, functions or filters. */
  hasAlike({ plan }: Job, step: Step): boolean {
    const runner = this.#runners.get(step.kind);
    return plan.some(({ kind }) => this.#runners.get(kind) === runner);
  }

  async #inRounds(
    jobs: readonly Job[],
    { signal, undoTimeout = UNDO_TIMEOUT, plugged, report }: RunOptions<Change[]>,
    run: (job: Job, context: RunContext) => Promise<JobResult<Change[]>>,
  ): Promise<JobResult<Change[]>[]> {
    const results = new Map<Job, JobResult<Change[]>>();
    for (const round of rounds(jobs)) {
      const groups = await lockGroups(this.#host.locks, round, signal);
      await Promise.all(
        groups.flatMap((locks) => {
          const queues = new RunnerQueues(this.#runners, signal);
          const dependencies = new SharedDependencies(locks.jobs);
          const context = {
            locks,
            queues,
            dependencies,
            logger: this.#logger,
            records: this.#host.records,
            undoTimeout,
            plugged,
          };
          return locks.jobs.map(async (job) => {
            const result = await run(job, context);
            results.set(job, result);
            report?.(job, result);
          });
        }),
      );
    }
    return jobs.flatMap((job) => results.get(job) ?? []);
  }
}
