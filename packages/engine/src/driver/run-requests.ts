import { VifError } from '@vifkit/core';
import type { RunOptions } from '../run/engine.js';
import type { Job, JobResult } from '../run/job.js';
import type { Left } from '../run/ownership.js';
import { startSpan, type Timeline, Trace } from '../run/timeline.js';
import { withDeadline } from '../time/deadline.js';
import type { CallOptions, CallTimes } from './call-options.js';
import type { Prepared } from './prepare.js';
import { inBatches, type Requests } from './requests.js';
import type { Settled } from './results.js';
import { settle } from './settle.js';

/** Of a call's time, what plugins have for their plans: one that hangs must not take the others' time to plug. */
const PLANNING = 1 / 2;

/** What a call does with its requests: `R` is what the engine makes of a job, `T` what is told of it. */
export interface Call<R, T> {
  prepare(request: unknown, signal: AbortSignal): Prepared | Promise<Prepared>;
  /** Runs the plans, and tells of each job as soon as its result is final. */
  run(jobs: readonly Job[], options: RunOptions<R>): Promise<unknown>;
  present(prepared: Prepared, result: R, timeline: Timeline, left: readonly Left[] | undefined): T;
  /** Called for each request as soon as its result is final. */
  done(result: Settled<T>, index: number): void;
}

/** A request whose plan came about. */
interface Ready {
  readonly index: number;
  readonly prepared: Prepared;
  readonly trace: Trace;
}

/**
 * Has a plan made for each request, and runs together those that came about.
 * @throws VifError INVALID_REQUEST for what are no requests
 */
export function runRequests<R, T>(
  given: Requests<unknown>,
  times: CallTimes<CallOptions>,
  call: Call<R, T>,
): Promise<Settled<T>[]> {
  return inBatches(given, times, call.done, (batch, rest, done) => runBatch(batch, rest, { ...call, done }));
}

async function runBatch<R, T>(
  requests: readonly unknown[],
  { signal: caller, timeout, undoTimeout }: CallTimes<CallOptions>,
  { prepare, run, present, done }: Call<R, T>,
): Promise<Settled<T>[]> {
  const began = performance.now();
  const results: Settled<T>[] = [];
  const finish = (index: number, result: Settled<T>) => {
    results[index] = result;
    done(result, index);
  };
  const prepareAll = (planning: AbortSignal) => {
    const endPreparing = startSpan({ phase: 'prepare' });
    return Promise.all(
      requests.map(async (request, index): Promise<Ready | undefined> => {
        const result = await settle(request, planning, () => prepare(request, planning));
        if ('error' in result) return void finish(index, result);
        const trace = new Trace(began);
        endPreparing([trace]);
        return { index, prepared: result.value, trace };
      }),
    );
  };
  const runAll = async (signal: AbortSignal) => {
    const prepared = await withDeadline(timeout * PLANNING, signal, prepareAll);
    const ready = new Map<Job, Ready>();
    for (const each of prepared) if (each) ready.set({ ...each.prepared.job, trace: each.trace }, each);
    const tell = (job: Job, result: JobResult<R>) => {
      const each = ready.get(job);
      if (!each) return;
      ready.delete(job);
      const { index, prepared, trace } = each;
      if ('error' in result)
        return finish(index, { ok: false, id: prepared.handled.id, error: result.error });
      finish(index, { ok: true, value: present(prepared, result.value, trace.timeline(), result.left) });
    };
    await run([...ready.keys()], { signal, undoTimeout, tell });
    for (const { index, prepared } of ready.values()) {
      const { id } = prepared.handled;
      finish(index, { ok: false, id, error: new VifError('PLUG_FAILED', `VIF ${id} was not reached`) });
    }
  };
  await withDeadline(timeout, caller, runAll);
  return results;
}
