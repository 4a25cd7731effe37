import { Connections } from '../connection/connections.js';
import type { ConnectionReader } from '../connection/host-state.js';
import type { Connection } from '../connection/verdict.js';
import type { RunOptions } from '../run/engine.js';
import type { Change, Job, JobResult } from '../run/job.js';

/** What the engine made of a job, and the way from the guest to its network. */
export interface Connected<T> {
  readonly result: T;
  readonly connection: Connection;
}

type Run<T> = (jobs: readonly Job[], options: RunOptions<T>) => Promise<unknown>;

/** Has the way of each job judged while the engine compares it with the host. */
export function judgedBeside<T>(run: Run<T>, reader: ConnectionReader | undefined): Run<Connected<T>> {
  return (jobs, options) => {
    const connections = new Connections(reader, options.signal);
    const ways = new Map(jobs.map((job) => [job, connections.of(job.legs ?? [], true)]));
    return telling(run, (job) => ways.get(job) ?? connections.of([]))(jobs, options);
  };
}

/** Has the way of each job judged once its plug went well, which is told of then. */
export function judgedAfter(
  run: Run<Change[]>,
  reader: ConnectionReader | undefined,
): Run<Connected<Change[]>> {
  return (jobs, options) => {
    const connections = new Connections(reader, options.signal);
    const wayOf = (job: Job, written: readonly Change[]) =>
      connections.of(job.legs ?? [], written.length === 0);
    return telling(run, wayOf)(jobs, options);
  };
}

function telling<T>(run: Run<T>, wayOf: (job: Job, result: T) => Promise<Connection>): Run<Connected<T>> {
  return async (jobs, { tell, ...options }) => {
    const endings: Promise<void>[] = [];
    const end = async (job: Job, result: JobResult<T>) => {
      if ('error' in result) return tell?.(job, result);
      const { value, ...rest } = result;
      const connection = await wayOf(job, value);
      tell?.(job, { ...rest, value: { result: value, connection } });
    };
    await run(jobs, { ...options, tell: (job, result) => endings.push(end(job, result)) });
    await Promise.all(endings);
  };
}
