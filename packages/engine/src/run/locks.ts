import { exclusiveKeys, lockKeys } from '@vifkit/core/internal';
import { withinDeadline } from '../time/deadline.js';
import type { HostLocks } from './host.js';
import type { Job } from './job.js';
import { startSpan } from './timeline.js';

/** Milliseconds in which the locks may still say, once the signal fired, which of them was not to be had. */
const GRACE = 200;

/**
 * Splits jobs so that a VIF comes up once a round, and a virtual function too: a second request for it must see
 * what the first did.
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

/** Jobs that get their locks at the same time, and so run together. */
export interface LockedGroup {
  readonly jobs: readonly Job[];
  /**
   * Waits for the locks of one of the jobs.
   * @returns lets go of what the job held and no other still needs; never throws
   * @throws VifError TIMEOUT, ABORTED, and what the host's locks throw
   */
  take(job: Job): Promise<() => Promise<void>>;
}

/** The jobs whose locks are free run at once, and together; the others once those that they lack are released. */
export async function lockGroups(
  locks: HostLocks,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<LockedGroup[]> {
  const endLocking = startSpan({ phase: 'lock' });
  const { ready, late, release } = await takeFree(locks, jobs);
  const group = (those: readonly Job[], locked: Promise<Release>): LockedGroup => ({
    jobs: those,
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
    ...late.map((those) => group(those, acquireFor(locks, those, signal))),
  ];
}

/** Lets go of what a job held and no other job still needs. Never throws. */
type Release = (job: Job) => Promise<void>;

interface Taken {
  /** The jobs all of whose locks are held now. */
  readonly ready: readonly Job[];
  readonly release: Release;
  /** The others, those that lack the same locks together. They hold nothing. */
  readonly late: readonly (readonly Job[])[];
}

/** Takes the locks that nobody holds, without waiting for any. */
async function takeFree(locks: HostLocks, jobs: readonly Job[]): Promise<Taken> {
  const held = new Map<string, () => Promise<void>>();
  await Promise.all(
    keysOf(jobs).map(async (key) => {
      const release = await locks.tryAcquire(key).catch(() => undefined); // acquire will tell why
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
  const letGo = async (keys: readonly string[]) => {
    await Promise.all(keys.map((key) => held.get(key)?.()));
  };
  const needed = new Set(keysOf(ready));
  await letGo([...held.keys()].filter((key) => !needed.has(key)));
  return { ready, release: withLastUser(ready, letGo), late: [...late.values()] };
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
    acquiring.then((late) => late()).catch(() => {}); // it may have got them when the signal fired
    throw error;
  }
}

/** Lets go of each key with the last of the jobs that need it. */
function withLastUser(jobs: readonly Job[], letGo: (keys: readonly string[]) => Promise<void>): Release {
  const users = new Map<string, number>();
  for (const key of jobs.flatMap(keysOfJob)) users.set(key, (users.get(key) ?? 0) + 1);
  return (job) => {
    const keys = keysOfJob(job);
    for (const key of keys) users.set(key, (users.get(key) ?? 0) - 1);
    return letGo(keys.filter((key) => users.get(key) === 0));
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
