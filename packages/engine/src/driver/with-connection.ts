import type { Leg } from '@vifkit/core/connection';
import { reasonOf } from '@vifkit/core/internal';
import type { ConnectionReader } from '../connection/host-state.js';
import { judge } from '../connection/judge.js';
import { type Connection, waiting } from '../connection/verdict.js';
import { joinedWhileBusy } from '../run/batches.js';
import type { RunOptions } from '../run/engine.js';
import type { Change, Job, JobResult } from '../run/job.js';

/** The engine's result for a job, and the path from the guest to its network, unless it was unplugged. */
export interface Connected<T> {
  readonly result: T;
  readonly connection?: Connection;
}

/** The connection of a job without legs. */
const NO_PATH: Connection = { state: 'sound', legs: [] };

type Run<T> = (jobs: readonly Job[], options: RunOptions<T>) => Promise<unknown>;

/** Judges the path of each job while the engine compares the job with the host. */
export function judgedAlongside<T>(run: Run<T>, reader: ConnectionReader | undefined): Run<Connected<T>> {
  return async (jobs, options) => {
    const judged = judging(reader, options.signal);
    const paths = new Map(jobs.map((job) => [job, judged({ legs: job.legs ?? [], isUnchanged: true })]));
    await withConnection(run, paths)(jobs, options);
  };
}

/**
 * Judges the path of each job as soon as it is plugged: while its record is written, and its locks are released. The
 * result is reported with it.
 */
export function judgedAfter(
  run: Run<Change[]>,
  reader: ConnectionReader | undefined,
): Run<Connected<Change[]>> {
  return async (jobs, options) => {
    const judged = judging(reader, options.signal);
    const paths = new Map<Job, Promise<Connection>>();
    reader?.readAhead?.(
      jobs.flatMap(({ legs = [] }) => legs),
      options.signal,
    );
    const plugged = (job: Job, changes: readonly Change[]) =>
      paths.set(job, judged({ legs: job.legs ?? [], isUnchanged: changes.length === 0 }));
    await withConnection(run, paths)(jobs, { ...options, plugged });
  };
}

/** @param paths the path of each job that succeeds, by the time that it is reported */
function withConnection<T>(run: Run<T>, paths: ReadonlyMap<Job, Promise<Connection>>): Run<Connected<T>> {
  return async (jobs, { report, ...options }) => {
    const endings: Promise<void>[] = [];
    const end = async (job: Job, result: JobResult<T>) => {
      if ('error' in result) return report?.(job, result);
      const { value, ...rest } = result;
      const connection = (await paths.get(job)) ?? NO_PATH;
      report?.(job, { ...rest, value: { result: value, connection } });
    };
    await run(jobs, { ...options, report: (job, result) => endings.push(end(job, result)) });
    await Promise.all(endings);
  };
}

/** The path of a VIF that is to be judged. */
interface Path {
  readonly legs: readonly Leg[];
  /** See {@link ConnectionReader.read}. */
  readonly isUnchanged: boolean;
}

/**
 * Judges the paths of the VIFs of one call. Paths that are requested at the same moment, or while the host is being
 * read for others, share a reading. A leg that cannot be read is `waiting`: it is not known to be sound. Never rejects.
 */
function judging(
  reader: ConnectionReader | undefined,
  signal: AbortSignal,
): (path: Path) => Promise<Connection> {
  const judgeAll = joinedWhileBusy<Path, Connection>(async (paths) => {
    try {
      if (!reader) throw new Error('this host has no connection reader');
      const legs = paths.flatMap((path) => path.legs);
      const state = await reader.read(
        legs,
        signal,
        paths.every(({ isUnchanged }) => isUnchanged),
      );
      return paths.map((path) => judge(path.legs, state));
    } catch (error) {
      return paths.map(({ legs }) => allWaiting(legs, reasonOf(error)));
    }
  });
  return async (path) => {
    const [connection = NO_PATH] = path.legs.length === 0 ? [] : await judgeAll([path]);
    return connection;
  };
}

function allWaiting(legs: readonly Leg[], why: string): Connection {
  const judged = legs.map(({ kind, name }) => ({
    leg: kind,
    name,
    ...waiting(`the host could not be read: ${why}`),
  }));
  return { state: 'waiting', legs: judged };
}
