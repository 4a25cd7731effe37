import type { Plan } from '@vifkit/core';
import { lockKeys, stepKey } from '@vifkit/core/internal';
import type { JobState } from './job.js';

/**
 * What the jobs of a plug have in common: one that failed must leave in place what another relies on, and must not
 * touch it while the other is at work on it. All others it need not wait for.
 */
export class Reliance {
  readonly #fates = new Map<string, Promise<boolean>>();
  #byKey: ReadonlyMap<string, readonly JobState[]> | undefined;

  /** @param applied settles, for each job, once it has done its steps, or one of them failed */
  constructor(private readonly applied: ReadonlyMap<JobState, Promise<void>>) {}

  /** Which of these keys a job relies on that succeeded; known once all jobs are applied that have one of them. */
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
    this.#byKey ??= byKey(this.applied.keys());
    const users = this.#byKey.get(key) ?? [];
    const fate = Promise.all(users.map((user) => this.applied.get(user))).then(() =>
      users.some(({ failures }) => failures.length === 0),
    );
    this.#fates.set(key, fate);
    return fate;
  }
}

/** What steps are about, and the locks that order those who share it. */
export function relianceKeys(vifId: string, steps: Plan): Set<string> {
  return new Set([...steps.map(stepKey), ...lockKeys(vifId, steps)]);
}

function byKey(states: Iterable<JobState>): Map<string, JobState[]> {
  const result = new Map<string, JobState[]>();
  for (const state of states) {
    for (const key of relianceKeys(state.job.vifId, state.job.plan)) {
      const users = result.get(key);
      if (users) users.push(state);
      else result.set(key, [state]);
    }
  }
  return result;
}
