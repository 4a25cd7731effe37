import { asVifError, VifError } from '../errors/vif-error.js';
import type { Host } from '../host/host.js';
import { lockKeys } from '../plan/lock-keys.js';
import type { Step } from '../plan/steps.js';
import { CustomRunner } from './custom-runner.js';
import { withinDeadline } from './deadline.js';
import { inspectJobs } from './inspect.js';
import type { Change, Job, JobResult, JobState, Progress } from './job.js';
import type { Operation } from './operation.js';
import { plug } from './plug.js';
import { rounds } from './rounds.js';
import type { StepRunner } from './runner.js';
import { unplug } from './unplug.js';

export type { JobResult } from './job.js';

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
    return states.map(({ job, tasks, failures: [failure] }) => {
      if (!failure) return { value: tasks };
      const { code, message } = failure.error;
      return { error: new VifError(code, message, { vifId: job.vifId, cause: failure.error.cause }) };
    });
  }

  #inspect(jobs: readonly Job[], signal: AbortSignal): Promise<JobState[]> {
    return inspectJobs(jobs, (step) => this.#runners.get(step.kind), signal);
  }

  async #inRounds(
    operation: Operation,
    jobs: readonly Job[],
    signal: AbortSignal,
  ): Promise<JobResult<Change[]>[]> {
    const results = new Map<Job, JobResult<Change[]>>();
    for (const round of rounds(jobs)) {
      const outcome = await this.#locked(operation, round, signal);
      for (const [i, job] of round.entries()) {
        const result = outcome[i];
        if (result) results.set(job, result);
      }
    }
    return jobs.flatMap((job) => results.get(job) ?? []);
  }

  async #locked(
    operation: Operation,
    round: readonly Job[],
    signal: AbortSignal,
  ): Promise<JobResult<Change[]>[]> {
    const keys = [...new Set(round.flatMap((job) => lockKeys(job.vifId, job.plan)))].sort();
    const acquiring = this.#host.locks.acquire(keys, signal);
    let release: () => Promise<void>;
    try {
      release = await withinDeadline(acquiring, signal, 'waiting for another call');
    } catch (error) {
      acquiring.then((late) => late()).catch(() => {}); // it may have got them when the signal fired
      const cause = asVifError(error, 'PLUG_FAILED', 'The locks of the call could not be taken');
      return round.map(({ vifId }) => ({ error: operation.refuse(vifId, cause) }));
    }
    try {
      return await operation.run(await this.#inspect(round, signal), signal);
    } finally {
      await release();
    }
  }
}
