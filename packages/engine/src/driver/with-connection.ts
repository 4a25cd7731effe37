import type { ConnectionReader } from '../connection/host-state.js';
import { Connections } from '../connection/judge.js';
import type { Connection } from '../connection/verdict.js';
import type { RunOptions } from '../run/engine.js';
import type { Change, Job, JobResult } from '../run/job.js';

/** The engine's result for a job, and the path from the guest to its network. */
export interface Connected<T> {
  readonly result: T;
  readonly connection: Connection;
}

/** The connection of a job without legs. */
const NO_PATH: Connection = { state: 'sound', legs: [] };

type Run<T> = (jobs: readonly Job[], options: RunOptions<T>) => Promise<unknown>;

/** Judges the path of each job while the engine compares the job with the host. */
export function judgedAlongside<T>(run: Run<T>, reader: ConnectionReader | undefined): Run<Connected<T>> {
  return async (jobs, options) => {
    const connections = new Connections(reader, options.signal);
    const paths = new Map(jobs.map((job) => [job, connections.of(job.legs ?? [], true)]));
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
    const connections = new Connections(reader, options.signal);
    const paths = new Map<Job, Promise<Connection>>();
    reader?.readAhead?.(
      jobs.flatMap(({ legs = [] }) => legs),
      options.signal,
    );
    const plugged = (job: Job, changes: readonly Change[]) =>
      paths.set(job, connections.of(job.legs ?? [], changes.length === 0));
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
