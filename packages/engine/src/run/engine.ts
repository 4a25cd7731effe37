import { type Logger, silentLogger, VifError } from '@vifkit/core';
import type { Reach, StepRunner } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import { CustomRunner } from './custom-runner.js';
import type { Host } from './host.js';
import { Crew, type Findings, findOwned, inspectJob } from './inspect.js';
import type { Change, Job, JobResult } from './job.js';
import { lockGroups, rounds } from './locks.js';
import type { OwnershipOperation } from './ownership.js';
import { plugJob, type Together, unplugJob } from './plug.js';
import type { RunningTask } from './runner-queue.js';
import { Reliance } from './undo-stack.js';

/** How a call of the engine goes. */
export interface RunOptions<T> {
  readonly signal: AbortSignal;
  /** Milliseconds for undoing a plug that failed, once the signal has fired too; 10 000 unless given. */
  readonly undoTimeout?: number;
  /** Is told of each job as soon as its result is final, and its locks are released. Must not throw. */
  tell?(job: Job, result: JobResult<T>): void;
}

const UNDO_TIMEOUT = 10_000;

/** Runs plans on a host. Every call takes many jobs, and every job has a result of its own. */
export class Engine {
  readonly #host: Host;
  readonly #runners: ReadonlyMap<Step['kind'], StepRunner>;
  readonly #logger: Logger;

  /** @param runners those of the host, unless there are more */
  constructor(host: Host, runners: readonly StepRunner[] = host.runners, logger: Logger = silentLogger) {
    this.#host = host;
    this.#logger = logger;
    this.#runners = new Map(
      [...runners, new CustomRunner()].flatMap((runner) => runner.kinds.map((kind) => [kind, runner])),
    );
  }

  /** All or nothing, job by job: one that fails is undone, and the others go on. */
  plug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(jobs, options, plugJob);
  }

  /** Goes on past what fails, and reports all failures of a job together. */
  unplug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(jobs, options, (job, together) => unplugJob(job, together, 'unplug'));
  }

  /** As {@link unplug}, of what nobody asks for any more: only what carries the mark of a job's VIF. */
  collect(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(jobs, options, (job, together) => unplugJob(job, together, 'gc'));
  }

  /**
   * Compares plans with the host, and writes nothing. The tasks come in the order of the plan's steps.
   * What they are compared for decides about things that are not the VIF's.
   */
  inspect(
    jobs: readonly Job[],
    {
      signal,
      tell,
      operation = 'plug',
    }: RunOptions<readonly RunningTask[]> & { operation?: OwnershipOperation },
  ): Promise<JobResult<readonly RunningTask[]>[]> {
    const crew = new Crew(this.#runners, signal);
    return Promise.all(
      jobs.map(async (job) => {
        const { tasks, failures } = await inspectJob(job, operation, crew);
        const error = failures[0]?.error;
        const result = error
          ? { error: new VifError(error.code, error.message, { vifId: job.vifId, cause: error.cause }) }
          : { value: tasks };
        tell?.(job, result);
        return result;
      }),
    );
  }

  /**
   * What there is on the host with our mark; never rejects.
   * @param reach how much of it has to be found
   * @param vifIds look only for what these VIFs have
   */
  findOwned(signal: AbortSignal, reach: Reach = 'all', vifIds?: readonly string[]): Promise<Findings> {
    return findOwned(new Set(this.#runners.values()), signal, reach, vifIds);
  }

  /** Whether a plan has steps about the same sort of things: links, Open vSwitch, functions, filters. */
  hasAlike({ plan }: Job, step: Step): boolean {
    const runner = this.#runners.get(step.kind);
    return plan.some(({ kind }) => this.#runners.get(kind) === runner);
  }

  async #inRounds(
    jobs: readonly Job[],
    { signal, undoTimeout = UNDO_TIMEOUT, tell }: RunOptions<Change[]>,
    run: (job: Job, together: Together) => Promise<JobResult<Change[]>>,
  ): Promise<JobResult<Change[]>[]> {
    const results = new Map<Job, JobResult<Change[]>>();
    for (const round of rounds(jobs)) {
      const groups = await lockGroups(this.#host.locks, round, signal);
      await Promise.all(
        groups.flatMap((locks) => {
          const crew = new Crew(this.#runners, signal);
          const reliance = new Reliance(locks.jobs);
          const together = {
            locks,
            crew,
            reliance,
            logger: this.#logger,
            records: this.#host.records,
            undoTimeout,
          };
          return locks.jobs.map(async (job) => {
            const result = await run(job, together);
            results.set(job, result);
            tell?.(job, result);
          });
        }),
      );
    }
    return jobs.flatMap((job) => results.get(job) ?? []);
  }
}
