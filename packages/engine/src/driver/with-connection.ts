import { Connections } from '../connection/connections.js';
import type { ConnectionReader } from '../connection/host-state.js';
import type { Connection } from '../connection/verdict.js';
import type { RunOptions } from '../run/engine.js';
import type { Change, Job, JobResult } from '../run/job.js';

/** The engine's result for a job, and the path from the guest to its network. */
export interface Connected<T> {
  readonly result: T;
  readonly connection: Connection;
}

type Run<T> = (jobs: readonly Job[], options: RunOptions<T>) => Promise<unknown>;

/** Judges the path of each job while the engine compares the job with the host. */
export function judgedAlongside<T>(run: Run<T>, reader: ConnectionReader | undefined): Run<Connected<T>> {
  return (jobs, options) => {
    const connections = new Connections(reader, options.signal);
    const paths = new Map(jobs.map((job) => [job, connections.of(job.legs ?? [], true)]));
    return withConnection(run, (job) => paths.get(job) ?? connections.of([]))(jobs, options);
  };
}

/** Judges the path of each job once its plug has succeeded, and reports the result then. */
export function judgedAfter(
  run: Run<Change[]>,
  reader: ConnectionReader | undefined,
): Run<Connected<Change[]>> {
  return (jobs, options) => {
    const connections = new Connections(reader, options.signal);
    const pathOf = (job: Job, written: readonly Change[]) =>
      connections.of(job.legs ?? [], written.length === 0);
    reader?.readAhead?.(
      jobs.flatMap(({ legs = [] }) => legs),
      options.signal,
    );
    return withConnection(run, pathOf)(jobs, options);
  };
}

function withConnection<T>(
  run: Run<T>,
  pathOf: (job: Job, result: T) => Promise<Connection>,
): Run<Connected<T>> {
  return async (jobs, { report, ...options }) => {
    const endings: Promise<void>[] = [];
    const end = async (job: Job, result: JobResult<T>) => {
      if ('error' in result) return report?.(job, result);
      const { value, ...rest } = result;
      const connection = await pathOf(job, value);
      report?.(job, { ...rest, value: { result: value, connection } });
    };
    await run(jobs, { ...options, report: (job, result) => endings.push(end(job, result)) });
    await Promise.all(endings);
  };
}
