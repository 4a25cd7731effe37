import { asVifError, VifError } from '../errors/vif-error.js';
import type { Host } from '../host/host.js';
import type { Step } from '../plan/steps.js';
import { CustomRunner } from './custom-runner.js';
import { type Findings, findOwned } from './find-owned.js';
import { inspectJobs } from './inspect.js';
import type { Change, Job, JobResult, JobState, Progress } from './job.js';
import { acquireFor, takeFree } from './locking.js';
import type { Operation } from './operation.js';
import { plug } from './plug.js';
import { rounds } from './rounds.js';
import type { StepRunner } from './runner.js';
import { unplug } from './unplug.js';

export type { JobResult } from './job.js';

/** Milliseconds for undoing a batch of steps. */
const UNDO_PATIENCE = 30_000;

/** What a call's jobs have come to. */
type Results = Map<Job, JobResult<Change[]>>;

/** Runs plans on a host. Every call takes many jobs, and every job has a result of its own. */
export class Engine {
  readonly #host: Host;
  readonly #runners: ReadonlyMap<Step['kind'], StepRunner>;

  /** @param undoPatience milliseconds for undoing a batch of steps, once the call's signal has fired too */
  constructor(
    host: Host,
    private readonly undoPatience = UNDO_PATIENCE,
  ) {
    this.#host = host;
    const runners: StepRunner[] = [...host.runners, new CustomRunner()];
    this.#runners = new Map(runners.flatMap((runner) => runner.kinds.map((kind) => [kind, runner])));
  }

  /** All or nothing, job by job: one that fails is undone, and the others go on. */
  plug(jobs: readonly Job[], signal: AbortSignal): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(plug, jobs, signal);
  }

  /** Goes on past what fails, and reports all failures of a job together. */
  unplug(jobs: readonly Job[], signal: AbortSignal): Promise<JobResult<Change[]>[]> {
    return this.#inRounds(unplug, jobs, signal);
  }

  /** Compares plans with the host, and writes nothing. The tasks come in the order of the plan's steps. */
  async inspect(jobs: readonly Job[], signal: AbortSignal): Promise<JobResult<readonly Progress[]>[]> {
    const states = await this.#inspect(jobs, signal);
    await Promise.all(states.map((state) => state.inspected));
    return states.map(({ job, tasks, failures: [failure] }) => {
      if (!failure) return { value: tasks };
      const { code, message } = failure.error;
      return { error: new VifError(code, message, { vifId: job.vifId, cause: failure.error.cause }) };
    });
  }

  /** What there is on the host with our mark; never rejects. */
  findOwned(signal: AbortSignal): Promise<Findings> {
    return findOwned(new Set(this.#runners.values()), signal);
  }

  #inspect(jobs: readonly Job[], signal: AbortSignal): Promise<JobState[]> {
    return inspectJobs(jobs, (step) => this.#runners.get(step.kind), signal);
  }

  async #inRounds(
    operation: Operation,
    jobs: readonly Job[],
    signal: AbortSignal,
  ): Promise<JobResult<Change[]>[]> {
    const results: Results = new Map();
    for (const round of rounds(jobs)) await this.#round(operation, round, signal, results);
    return jobs.flatMap((job) => results.get(job) ?? []);
  }

  /** The jobs whose locks are free go at once, and together; the others once those they lack are released. */
  async #round(
    operation: Operation,
    round: readonly Job[],
    signal: AbortSignal,
    results: Results,
  ): Promise<void> {
    const run = async (jobs: readonly Job[], release: () => Promise<void>) => {
      try {
        const outcomes = await operation.run(await this.#inspect(jobs, signal), signal, this.undoPatience);
        for (const [i, job] of jobs.entries()) {
          const outcome = outcomes[i];
          if (outcome) results.set(job, outcome);
        }
      } finally {
        await release();
      }
    };
    const wait = async (jobs: readonly Job[]) => {
      try {
        await run(jobs, await acquireFor(this.#host.locks, jobs, signal));
      } catch (error) {
        const cause = asVifError(error, 'PLUG_FAILED', 'The locks of the call could not be taken');
        for (const job of jobs) results.set(job, { error: operation.refuse(job.vifId, cause) });
      }
    };
    const { ready, release, late } = await takeFree(this.#host.locks, round);
    await Promise.all([run(ready, release), ...late.map(wait)]);
  }
}
