import { exclusiveKeys, lockKeys } from '@vifkit/core/internal';
import { withinDeadline } from '../time/deadline.js';
import type { HostLocks } from './host.js';
import type { Job } from './job.js';
import { startSpan } from './timeline.js';

/** Milliseconds after the signal has fired in which the locks may still report which of them was not available. */
const GRACE = 200;

/**
 * Splits jobs into rounds so that each VIF, and each virtual function, occurs once per round: a second request for it
 * must see what the first one did.
 */
export function rounds(jobs: readonly Job[]): Job[][] {
  const result: Job[][] = [];
  const next = new Map<string, number>();
  for (const job of jobs) {
    const keys = exclusiveKeys(job.vifId, job.plan);
    const round = Math.max(...keys.map((key) => next.get(key) ?? 0));
    for (const key of keys) next.set(key, round + 1);
    result[round] ??= [];
    result[round].push(job);
  }
  return result;
}

/** Jobs that get their locks at the same time, and therefore run together. */
export interface LockedGroup {
  readonly jobs: readonly Job[];
  /**
   * Waits for the locks of one of the jobs.
   * @returns a function that releases what the job held and no other job still needs; it never throws
   * @throws VifError TIMEOUT, ABORTED, and what the host's locks throw
   */
  take(job: Job): Promise<() => Promise<void>>;
}

/** Jobs whose locks are free run at once, together; the others once the locks that they lack are released. */
export async function lockGroups(
  locks: HostLocks,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<LockedGroup[]> {
  const endLocking = startSpan({ phase: 'lock' });
  const { ready, late, release } = await takeFree(locks, jobs);
  const group = (members: readonly Job[], locked: Promise<Release>): LockedGroup => ({
    jobs: members,
    async take(job) {
      try {
        const release = await locked;
        return () => release(job);
      } finally {
        endLocking([job.trace]);
      }
    },
  });
  return [
    group(ready, Promise.resolve(release)),
    ...late.map((members) => group(members, acquireFor(locks, members, signal))),
  ];
}

/** Releases what a job held and no other job still needs. Never throws. */
type Release = (job: Job) => Promise<void>;

interface Taken {
  /** The jobs that now hold all of their locks. */
  readonly ready: readonly Job[];
  readonly release: Release;
  /** The others, grouped by the locks that they lack. They hold nothing. */
  readonly late: readonly (readonly Job[])[];
}

/** Takes the locks that are free, without waiting for any. */
async function takeFree(locks: HostLocks, jobs: readonly Job[]): Promise<Taken> {
  const held = new Map<string, () => Promise<void>>();
  await Promise.all(
    keysOf(jobs).map(async (key) => {
      const release = await locks.tryAcquire(key).catch(() => undefined); // acquire will report why
      if (release) held.set(key, release);
    }),
  );
  const ready: Job[] = [];
  const late = new Map<string, Job[]>();
  for (const job of jobs) {
    const lacking = keysOfJob(job)
      .filter((key) => !held.has(key))
      .sort()
      .join('\n');
    if (lacking === '') ready.push(job);
    else late.set(lacking, [...(late.get(lacking) ?? []), job]);
  }
  const releaseKeys = async (keys: readonly string[]) => {
    await Promise.all(keys.map((key) => held.get(key)?.()));
  };
  const needed = new Set(keysOf(ready));
  await releaseKeys([...held.keys()].filter((key) => !needed.has(key)));
  return { ready, release: withLastUser(ready, releaseKeys), late: [...late.values()] };
}

/** Waits for all locks of these jobs. They are released together. */
async function acquireFor(locks: HostLocks, jobs: readonly Job[], signal: AbortSignal): Promise<Release> {
  const acquiring = locks.acquire(keysOf(jobs), signal);
  try {
    const release = await withinDeadline(acquiring, signal, 'waiting for another call', GRACE);
    let left = jobs.length;
    return async () => {
      left -= 1;
      if (left === 0) await release();
    };
  } catch (error) {
    acquiring.then((late) => late()).catch(() => {}); // they may have been acquired just as the signal fired
    throw error;
  }
}

/** Releases each key once the last of the jobs that need it is done. */
function withLastUser(
  jobs: readonly Job[],
  releaseKeys: (keys: readonly string[]) => Promise<void>,
): Release {
  const users = new Map<string, number>();
  for (const key of jobs.flatMap(keysOfJob)) users.set(key, (users.get(key) ?? 0) + 1);
  return (job) => {
    const keys = keysOfJob(job);
    for (const key of keys) users.set(key, (users.get(key) ?? 0) - 1);
    return releaseKeys(keys.filter((key) => users.get(key) === 0));
  };
}

function keysOf(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.flatMap(keysOfJob))].sort();
}

const known = new WeakMap<Job, readonly string[]>();

function keysOfJob(job: Job): readonly string[] {
  const keys = known.get(job) ?? lockKeys(job.vifId, job.plan);
  known.set(job, keys);
  return keys;
}
