import type { HostLocks } from '../host/host.js';
import { lockKeys } from '../plan/lock-keys.js';
import { withinDeadline } from './deadline.js';
import type { Job } from './job.js';

type Release = () => Promise<void>;

/** Milliseconds in which the locks may still say, once the signal fired, which of them was not to be had. */
const GRACE = 200;

interface Taken {
  /** The jobs all of whose locks are held now. */
  readonly ready: readonly Job[];
  readonly release: Release;
  /** The others, those that lack the same locks together. They hold nothing. */
  readonly late: readonly (readonly Job[])[];
}

/** Takes the locks that nobody holds, without waiting for any. */
export async function takeFree(locks: HostLocks, jobs: readonly Job[]): Promise<Taken> {
  const held = new Map<string, Release>();
  await Promise.all(
    keysOf(jobs).map(async (key) => {
      const release = await locks.tryAcquire(key).catch(() => undefined); // acquire will tell why
      if (release) held.set(key, release);
    }),
  );
  const ready: Job[] = [];
  const late = new Map<string, Job[]>();
  for (const job of jobs) {
    const lacking = keysOf([job])
      .filter((key) => !held.has(key))
      .join('\n');
    if (lacking === '') ready.push(job);
    else late.set(lacking, [...(late.get(lacking) ?? []), job]);
  }
  const needed = new Set(keysOf(ready));
  const releaseAll = async (which: (key: string) => boolean) => {
    await Promise.all([...held].map(([key, release]) => which(key) && release()));
  };
  await releaseAll((key) => !needed.has(key));
  return { ready, release: () => releaseAll((key) => needed.has(key)), late: [...late.values()] };
}

/**
 * Waits for all locks of these jobs.
 * @throws VifError TIMEOUT, ABORTED, and what the host's locks throw
 */
export async function acquireFor(
  locks: HostLocks,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<Release> {
  const acquiring = locks.acquire(keysOf(jobs), signal);
  try {
    return await withinDeadline(acquiring, signal, 'waiting for another call', GRACE);
  } catch (error) {
    acquiring.then((late) => late()).catch(() => {}); // it may have got them when the signal fired
    throw error;
  }
}

function keysOf(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.flatMap((job) => lockKeys(job.vifId, job.plan)))].sort();
}
