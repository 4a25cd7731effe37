import type { Plan, VifError } from '@vifkit/core';
import { lockKeys, stepKey } from '@vifkit/core/internal';
import type { Job } from './job.js';
import { groupsOf, type RunningTask } from './runner-queue.js';

/** Milliseconds for undoing what a job has done, unless the caller allows others. */
export const UNDO_TIMEOUT = 10_000;

/**
 * What a job has done so far. If the job fails, all of it is undone in reverse order, except for what a job that
 * succeeded also relies on (such as a bridge that both needed).
 */
export class UndoStack {
  readonly #job: Job;
  readonly #dependencies: SharedDependencies;
  readonly #timeout: number;
  readonly #tasks: RunningTask[] = [];

  /** @param timeout milliseconds: undoing has its own deadline, since the call's may have passed */
  constructor(job: Job, dependencies: SharedDependencies, timeout: number) {
    this.#job = job;
    this.#dependencies = dependencies;
    this.#timeout = timeout;
  }

  /** Records tasks that are about to be passed to a runner. */
  push(tasks: readonly RunningTask[]): void {
    this.#tasks.push(...tasks);
  }

  /**
   * Undoes everything. Never rejects.
   * @returns what could not be undone
   */
  async unwind(): Promise<VifError[]> {
    const attempted = this.#tasks.filter(({ attempted, stays }) => attempted && !stays);
    if (attempted.length === 0) return [];
    const steps = attempted.map(({ step }) => step);
    const kept = await this.#dependencies.keptOf(dependencyKeys(this.#job.vifId, steps));
    const groups = groupsOf(attempted.filter(({ step }) => !kept.has(stepKey(step))).reverse());
    const ends = performance.now() + this.#timeout;
    const failures: VifError[] = [];
    for (const [i, tasks] of groups.entries()) {
      const time = { ends, timeout: this.#timeout, isLast: i === groups.length - 1 };
      const outcomes = await tasks[0]?.queue.undo(tasks, time);
      for (const failure of outcomes ?? []) if (failure) failures.unshift(failure);
    }
    return [...new Set(failures)]; // steps may share an error
  }
}

/**
 * What the jobs of a plug that run together depend on in common. A job that failed must leave in place what another one
 * relies on, and must not touch it while the other is working on it. It need not wait for any other job.
 */
export class SharedDependencies {
  readonly #jobs: readonly Job[];
  readonly #endings: ReadonlyMap<Job, Ending>;
  readonly #fates = new Map<string, Promise<boolean>>();
  #byKey: ReadonlyMap<string, readonly Job[]> | undefined;

  constructor(jobs: readonly Job[]) {
    this.#jobs = jobs;
    this.#endings = new Map(jobs.map((job) => [job, new Ending()]));
  }

  /** Must be called for each job once its steps are done, or one of them has failed. */
  settle(job: Job, succeeded: boolean): void {
    this.#endings.get(job)?.settle(succeeded);
  }

  /** The keys among these that a successful job relies on. Resolves once all jobs that have one of them are settled. */
  async keptOf(keys: Iterable<string>): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    await Promise.all(
      [...keys].map(async (key) => {
        if (await this.#isKept(key)) kept.add(key);
      }),
    );
    return kept;
  }

  /** Cached by key: thousands of jobs that share a bridge may fail. */
  #isKept(key: string): Promise<boolean> {
    const known = this.#fates.get(key);
    if (known) return known;
    this.#byKey ??= byKey(this.#jobs);
    const users = this.#byKey.get(key) ?? [];
    const endings = users.map((user) => this.#endings.get(user)?.succeeded ?? false);
    const fate = Promise.all(endings).then((succeeded) => succeeded.includes(true));
    this.#fates.set(key, fate);
    return fate;
  }
}

/** How a job ends. */
class Ending {
  settle!: (succeeded: boolean) => void;
  readonly succeeded = new Promise<boolean>((resolve) => {
    this.settle = resolve;
  });
}

/** The keys of the steps, and of the locks that serialize jobs which share them. */
function dependencyKeys(vifId: string, steps: Plan): Set<string> {
  return new Set([...steps.map(stepKey), ...lockKeys(vifId, steps)]);
}

function byKey(jobs: readonly Job[]): Map<string, Job[]> {
  const result = new Map<string, Job[]>();
  for (const job of jobs) {
    for (const key of dependencyKeys(job.vifId, job.plan)) {
      const users = result.get(key);
      if (users) users.push(job);
      else result.set(key, [job]);
    }
  }
  return result;
}
