import { asVifError, VifError } from '@vifkit/core';
import { idOfVif, isPlainObject, isUuid, ownValue } from '@vifkit/core/internal';
import type { RunOptions } from '../run/engine.js';
import { OutdatedPlan } from '../run/errors.js';
import type { Job, JobResult } from '../run/job.js';
import type { Left } from '../run/ownership.js';
import { startSpan, type Timeline, Trace } from '../run/timeline.js';
import { withDeadline, withinDeadline } from '../time/deadline.js';
import type { CallOptions, CallTimes } from './call-options.js';
import type { Prepared } from './prepare.js';
import { inBatches, type Requests } from './requests.js';
import type { Settled } from './results.js';

/**
 * The share of a call's time that plugins have for their plans: one that hangs must not use up the time that others
 * need to plug.
 */
const PLANNING_SHARE = 1 / 2;

/** How often requests are run because other calls have plugged their VIFs by other requests in the meantime. */
const ATTEMPTS = 4;

/** How a call handles its requests: `R` is the engine's result for a job, `T` the result that the caller gets. */
export interface Call<R, T> {
  prepare(request: unknown, signal: AbortSignal): Prepared | Promise<Prepared>;
  /** Runs the plans, and reports each job as soon as its result is final. */
  run(jobs: readonly Job[], options: RunOptions<R>): Promise<unknown>;
  present(prepared: Prepared, result: R, timeline: Timeline, left: readonly Left[] | undefined): T;
  /** Called for each request as soon as its result is final. */
  done(result: Settled<T>, index: number): void;
  /** Requests for one VIF are handled one after the other: each is planned for what the previous one has left. */
  readonly inTurns?: boolean;
}

/** A request that has a plan. */
interface Ready {
  readonly index: number;
  readonly prepared: Prepared;
  readonly trace: Trace;
}

/**
 * Makes a plan for each request, and runs the plans together.
 * @throws VifError INVALID_REQUEST if these are not requests
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
  { prepare, run, present, done, inTurns = false }: Call<R, T>,
): Promise<Settled<T>[]> {
  const began = performance.now();
  const results: Settled<T>[] = [];
  const finish = (index: number, result: Settled<T>) => {
    results[index] = result;
    done(result, index);
  };
  const prepareAll = (indices: readonly number[], planning: AbortSignal) => {
    const endPreparing = startSpan({ phase: 'prepare' });
    return Promise.all(
      indices.map(async (index): Promise<Ready | undefined> => {
        const request = requests[index];
        const result = await settle(request, planning, () => prepare(request, planning));
        if ('error' in result) return void finish(index, result);
        const trace = new Trace(began);
        endPreparing([trace]);
        return { index, prepared: result.value, trace };
      }),
    );
  };
  /**
   * Runs requests.
   * @returns those whose plans are outdated, and that are to be run again
   */
  const runOnce = async (
    indices: readonly number[],
    signal: AbortSignal,
    isLast: boolean,
  ): Promise<readonly number[]> => {
    const outdated: number[] = [];
    const prepared = await withDeadline(timeout * PLANNING_SHARE, signal, (soon) =>
      prepareAll(indices, soon),
    );
    const ready = new Map<Job, Ready>();
    for (const each of prepared) if (each) ready.set({ ...each.prepared.job, trace: each.trace }, each);
    const report = (job: Job, result: JobResult<R>) => {
      const each = ready.get(job);
      if (!each) return;
      ready.delete(job);
      const { index, prepared, trace } = each;
      if ('error' in result && result.error instanceof OutdatedPlan && !isLast) {
        outdated.push(index);
        return;
      }
      if ('error' in result)
        return finish(index, { ok: false, id: prepared.handled.id, error: result.error });
      finish(index, { ok: true, value: present(prepared, result.value, trace.timeline(), result.left) });
    };
    await run([...ready.keys()], { signal, undoTimeout, report });
    for (const { index, prepared } of ready.values()) {
      const { id } = prepared.handled;
      finish(index, { ok: false, id, error: new VifError('PLUG_FAILED', `VIF ${id} was not reached`) });
    }
    return outdated;
  };
  const runAll = async (signal: AbortSignal) => {
    const turns = inTurns ? turnsOf(requests) : [[...requests.keys()]];
    while (turns.length > 0) {
      // Nothing more is done once the signal has fired: the rest fails together.
      let left: readonly number[] = turns.splice(0, signal.aborted ? turns.length : 1).flat();
      for (let attempt = 1; left.length > 0; attempt++) {
        left = await runOnce(left, signal, attempt === ATTEMPTS);
      }
    }
  };
  await withDeadline(timeout, caller, runAll);
  return results;
}

/** The indices of the requests: first those of the first request for each VIF, then of the second, and so on. */
function turnsOf(requests: readonly unknown[]): number[][] {
  const turns: number[][] = [];
  const counts = new Map<string, number>();
  for (const [index, request] of requests.entries()) {
    const vifId = idsOf(request).vifId?.toLowerCase();
    const turn = counts.get(vifId ?? '') ?? 0;
    if (vifId !== undefined) counts.set(vifId, turn + 1);
    turns[turn] ??= [];
    turns[turn].push(index);
  }
  return turns;
}

/** Milliseconds after the signal has fired in which what was awaited may still report the error itself. */
const GRACE = 200;

/** The result of handling one request, or its error. Never rejects, and ends soon after the signal has fired. */
export async function settle<T>(
  request: unknown,
  signal: AbortSignal,
  run: () => T | Promise<T>,
): Promise<Settled<T>> {
  try {
    const running = Promise.resolve().then(run);
    return { ok: true, value: await withinDeadline(running, signal, 'preparing the request', GRACE) };
  } catch (error) {
    const failure = asVifError(error, 'INVALID_REQUEST', 'The request could not be read');
    const { id, vifId } = idsOf(request);
    return { ok: false, id, error: withVifId(failure, vifId) };
  }
}

/**
 * The single result.
 * @throws VifError if it is an error
 */
export function onlyResult<T>([result]: readonly Settled<T>[]): T {
  if (result?.ok) return result.value;
  throw result?.error ?? new VifError('INVALID_REQUEST', 'There is no request');
}

/** The ids of a request, even if the rest of it is invalid. */
function idsOf(request: unknown): { readonly id: string | null; readonly vifId: string | undefined } {
  try {
    if (!isPlainObject(request)) return { id: null, vifId: undefined };
    const [own, ofVif] = [ownValue(request, 'id'), idOfVif(ownValue(request, 'vif'))];
    const id = [own, ofVif].find((each) => typeof each === 'string') ?? null;
    return { id, vifId: isUuid(ofVif) ? ofVif : undefined };
  } catch {
    return { id: null, vifId: undefined }; // a proxy that refuses to be read
  }
}

/**
 * The error with the VIF's id added, if it has none. An error of a subclass carries more information, and stays as it
 * is.
 */
function withVifId(error: VifError, vifId: string | undefined): VifError {
  if (vifId === undefined || error.vifId !== undefined || error.name !== 'VifError') return error;
  return new VifError(error.code, error.message, { vifId, ...('cause' in error && { cause: error.cause }) });
}
