import type { Plan, VifError } from '@vifkit/core';
import { lockKeys, stepKey } from '@vifkit/core/internal';
import type { Job } from './job.js';
import { groupsOf, type RunningTask } from './runner-queue.js';

/**
 * What a job has done so far. If it fails, all of it is taken back, last things first; but what a job that succeeded relies
 * on as well (a bridge that both wanted made) stays.
 */
export class UndoStack {
  readonly #job: Job;
  readonly #reliance: Reliance;
  readonly #timeout: number;
  readonly #tasks: RunningTask[] = [];

  /** @param timeout milliseconds: the call's deadline may have passed, and undoing has a time of its own */
  constructor(job: Job, reliance: Reliance, timeout: number) {
    this.#job = job;
    this.#reliance = reliance;
    this.#timeout = timeout;
  }

  /** Notes tasks that a runner is about to be given. */
  push(tasks: readonly RunningTask[]): void {
    this.#tasks.push(...tasks);
  }

  /** Takes everything back. Never rejects. @returns what could not be undone */
  async unwind(): Promise<VifError[]> {
    const attempted = this.#tasks.filter(({ attempted, stays }) => attempted && !stays);
    if (attempted.length === 0) return [];
    const steps = attempted.map(({ step }) => step);
    const kept = await this.#reliance.keptOf(relianceKeys(this.#job.vifId, steps));
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
 * What jobs of a plug that run together have in common: one that failed must leave in place what another relies on, and
 * must not touch it while the other is at work on it. All others it need not wait for.
 */
export class Reliance {
  readonly #jobs: readonly Job[];
  readonly #endings: ReadonlyMap<Job, Ending>;
  readonly #fates = new Map<string, Promise<boolean>>();
  #byKey: ReadonlyMap<string, readonly Job[]> | undefined;

  constructor(jobs: readonly Job[]) {
    this.#jobs = jobs;
    this.#endings = new Map(jobs.map((job) => [job, new Ending()]));
  }

  /** To be called for each of the jobs, once it has done its steps, or one of them failed. */
  settle(job: Job, succeeded: boolean): void {
    this.#endings.get(job)?.settle(succeeded);
  }

  /** Which of these keys a job relies on that succeeded; known once all jobs are settled that have one of them. */
  async keptOf(keys: Iterable<string>): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    await Promise.all(
      [...keys].map(async (key) => {
        if (await this.#isKept(key)) kept.add(key);
      }),
    );
    return kept;
  }

  /** Noted by key: thousands of jobs may fail that have a bridge in common. */
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

/** What steps are about, and the locks that order those who share it. */
function relianceKeys(vifId: string, steps: Plan): Set<string> {
  return new Set([...steps.map(stepKey), ...lockKeys(vifId, steps)]);
}

function byKey(jobs: readonly Job[]): Map<string, Job[]> {
  const result = new Map<string, Job[]>();
  for (const job of jobs) {
    for (const key of relianceKeys(job.vifId, job.plan)) {
      const users = result.get(key);
      if (users) users.push(job);
      else result.set(key, [job]);
    }
  }
  return result;
}
