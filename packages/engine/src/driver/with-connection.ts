import { setImmediate } from 'node:timers/promises';
import type { Leg } from '@vifkit/core/connection';
import { reasonOf } from '@vifkit/core/internal';
import type { ConnectionReader, HostState } from '../connection/host-state.js';
import { judge } from '../connection/judge.js';
import { type Connection, waiting } from '../connection/verdict.js';
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

/** Paths that are judged by one reading of the host. */
interface Batch {
  readonly legs: Leg[];
  readonly state: Promise<HostState>;
  isUnchanged: boolean;
}

/**
 * Judges the paths of the VIFs of one call. Paths that are requested at the same moment, or while the host is being
 * read for others, share a reading. A leg that cannot be read is `waiting`: it is not known to be sound.
 */
class Connections {
  readonly #reader: ConnectionReader | undefined;
  readonly #signal: AbortSignal;
  #open: Batch | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(reader: ConnectionReader | undefined, signal: AbortSignal) {
    this.#reader = reader;
    this.#signal = signal;
  }

  /**
   * Never rejects.
   * @param isUnchanged see {@link ConnectionReader.read}
   */
  async of(legs: readonly Leg[], isUnchanged = false): Promise<Connection> {
    if (legs.length === 0) return NO_PATH;
    try {
      return judge(legs, await this.#read(legs, isUnchanged));
    } catch (error) {
      return allWaiting(legs, reasonOf(error));
    }
  }

  #read(legs: readonly Leg[], isUnchanged: boolean): Promise<HostState> {
    const batch = this.#open ?? this.#begin();
    batch.legs.push(...legs);
    batch.isUnchanged &&= isUnchanged;
    return batch.state;
  }

  #begin(): Batch {
    const reader = this.#reader;
    if (!reader) throw new Error('this host has no connection reader');
    const legs: Leg[] = [];
    const before = this.#last;
    const collectAndRead = async () => {
      await before;
      await setImmediate(); // paths that are requested at the same moment join here
      this.#open = undefined;
      return reader.read(legs, this.#signal, batch.isUnchanged);
    };
    const batch: Batch = { legs, state: collectAndRead(), isUnchanged: true };
    this.#last = batch.state.catch(() => {});
    this.#open = batch;
    return batch;
  }
}

function allWaiting(legs: readonly Leg[], why: string): Connection {
  const judged = legs.map(({ kind, name }) => ({
    leg: kind,
    name,
    ...waiting(`the host could not be read: ${why}`),
  }));
  return { state: 'waiting', legs: judged };
}
