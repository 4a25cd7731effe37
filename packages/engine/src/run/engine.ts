import type { Step } from '@vifkit/core';
import { asVifError, VifError } from '@vifkit/core';
import type { Reach, StepRunner } from '@vifkit/core/steps';
import { CustomRunner } from './custom-runner.js';
import { type Findings, findOwned } from './find-owned.js';
import type { Host } from './host.js';
import { inspectJobs } from './inspect.js';
import type { Change, Job, JobResult, JobState, Progress } from './job.js';
import { acquireFor, type Release, takeFree } from './locking.js';
import type { Operation } from './operation.js';
import type { OwnershipOperation } from './ownership.js';
import { plug } from './plug.js';
import { rounds } from './rounds.js';
import { startSpan } from './timeline.js';
import { unplug } from './unplug.js';

export type { JobResult } from './job.js';

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

  constructor(host: Host) {
    this.#host = host;
    const runners: StepRunner[] = [...host.runners, new CustomRunner()];
    this.#runners = new Map(runners.flatMap((runner) => runner.kinds.map((kind) => [kind, runner])));
  }

  /** All or nothing, job by job: one that fails is undone, and the others go on. */
  plug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(plug, jobs, options);
  }

  /** Goes on past what fails, and reports all failures of a job together. */
  unplug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(unplug, jobs, options);
  }

  /** As {@link unplug}, of what nobody asks for any more: only what carries the mark of a job's VIF. */
  collect(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(unplug, jobs, options, 'gc');
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
    }: RunOptions<readonly Progress[]> & { operation?: OwnershipOperation },
  ): Promise<JobResult<readonly Progress[]>[]> {
    const states = this.#inspect(jobs, operation, signal);
    return Promise.all(
      states.map(async (state) => {
        await state.inspected;
        const result = found(state);
        tell?.(state.job, result);
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

  #inspect(jobs: readonly Job[], operation: OwnershipOperation, signal: AbortSignal): JobState[] {
    return inspectJobs(jobs, operation, this.#runners, signal);
  }

  async #inRounds(
    operation: Operation,
    jobs: readonly Job[],
    options: RunOptions<Change[]>,
    ownership: OwnershipOperation = operation.name,
  ): Promise<JobResult<Change[]>[]> {
    const results = new Map<Job, JobResult<Change[]>>();
    const tell = (job: Job, result: JobResult<Change[]>) => {
      results.set(job, result);
      options.tell?.(job, result);
    };
    for (const round of rounds(jobs)) await this.#round(operation, ownership, round, { ...options, tell });
    return jobs.flatMap((job) => results.get(job) ?? []);
  }

  /** The jobs whose locks are free go at once, and together; the others once those they lack are released. */
  async #round(
    operation: Operation,
    ownership: OwnershipOperation,
    round: readonly Job[],
    {
      signal,
      tell,
      undoTimeout = UNDO_TIMEOUT,
    }: RunOptions<Change[]> & Required<Pick<RunOptions<Change[]>, 'tell'>>,
  ): Promise<void> {
    const endLocking = startSpan({ phase: 'lock' });
    const run = async (jobs: readonly Job[], release: Release) => {
      endLocking(jobs.map(({ trace }) => trace));
      const states = this.#inspect(jobs, ownership, signal);
      const bringToEnd = operation.begin(states, signal, undoTimeout);
      await Promise.all(
        states.map(async (state) => {
          const result = await bringToEnd(state).finally(() => release(state.job));
          tell(state.job, result);
        }),
      );
    };
    const wait = async (jobs: readonly Job[]) => {
      let release: Release;
      try {
        release = await acquireFor(this.#host.locks, jobs, signal);
      } catch (error) {
        endLocking(jobs.map(({ trace }) => trace));
        const cause = asVifError(error, 'PLUG_FAILED', 'The locks of the call could not be taken');
        for (const job of jobs) tell(job, { error: operation.refuse(job, cause) });
        return;
      }
      await run(jobs, release);
    };
    const { ready, release, late } = await takeFree(this.#host.locks, round);
    await Promise.all([run(ready, release), ...late.map(wait)]);
  }
}

/** What was found of a job, or why it could not be read. */
function found({ job, tasks, failures: [failure] }: JobState): JobResult<readonly Progress[]> {
  if (!failure) return { value: tasks };
  const { code, message, cause } = failure.error;
  return { error: new VifError(code, message, { vifId: job.vifId, cause }) };
}
