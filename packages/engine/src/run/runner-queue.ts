import { isDeepStrictEqual } from 'node:util';
import { asVifError, VifError } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';
import type { AttemptedTask, Inspection, StepRunner, Stray } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import { signalError, withDeadline, withinDeadline } from '../time/deadline.js';
import { alone, type Batches, joined, joinedWhileBusy } from './batches.js';
import type { Job } from './job.js';
import { type Left, settleOwnership } from './ownership.js';
import { startBatch, type Trace, taskTitle } from './timeline.js';

/**
 * Milliseconds that a runner has to finish once the signal has fired: nothing must be undone while it is still working,
 * and it can report what it has done.
 */
const GRACE = 800;

/** A step of a job in progress. Only its runner can read what is to be written for it. */
export interface RunningTask extends AttemptedTask<Step, unknown, unknown> {
  readonly queue: RunnerQueue;
  readonly owner: string | undefined;
  readonly trace: Trace | undefined;
  /** What was found, and what was decided about it. */
  readonly inspection: Inspection<unknown, Step>;
  /** What was left alone, because it does not belong to the VIF. */
  readonly left?: Left;
  /** It removes what is left of another form of the VIF: a plug does so once everything else has succeeded. */
  readonly isLast?: boolean;
  /** It is not undone: what it was applied to existed before. */
  readonly stays?: boolean;
  /** Whether it was passed to the runner; `outcome` says how it ended. */
  attempted: boolean;
  outcome: AttemptedTask<Step, unknown, unknown>['outcome'];
}

/** The result of one of several readings, or why it failed. */
export type Read<T> = { readonly value: T } | { readonly error: VifError };

/** The time available for undoing. */
export interface UndoTime {
  /** When it is abandoned, on the clock of `performance.now`. */
  readonly ends: number;
  /** The milliseconds that it had in total, for messages. */
  readonly timeout: number;
  /** Nothing else is undone for the job after this. */
  readonly isLast: boolean;
}

interface Undoing extends UndoTime {
  readonly task: RunningTask;
}

/**
 * A runner as the jobs of a call see it. Each job calls it on its own; what they request in one turn of the event loop,
 * or while the runner is busy, is passed to the runner as one batch. A runner that takes steps one by one gets each
 * step at once and by itself, so that a vendor's code that hangs delays only its own job.
 */
export class RunnerQueue {
  readonly isOneByOne: boolean;
  readonly #runner: StepRunner;
  readonly #signal: AbortSignal;
  readonly #readings: Batches<Asked, Read<Inspection<unknown, Step>>>;
  readonly #searches: Batches<Job, Read<readonly Stray<unknown, Step>[]>>;
  readonly #writings: Batches<RunningTask, undefined>;
  readonly #undoings: Batches<Undoing, VifError | undefined>;

  /** @param signal aborts reading and writing, but not undoing, which has its own deadline */
  constructor(runner: StepRunner, signal: AbortSignal) {
    this.#runner = runner;
    this.#signal = signal;
    this.isOneByOne = runner.oneByOne ?? false;
    const [reads, writes] = this.isOneByOne ? [alone, alone] : [joined, joinedWhileBusy];
    this.#readings = reads((asked) => this.#inspect(asked));
    this.#searches = joined((jobs) => this.#findStrays(jobs));
    this.#writings = writes((tasks) => this.#apply(tasks));
    this.#undoings = writes((undoings) => this.#undo(undoings));
  }

  /** Compares a step of a job with the host. Never rejects. */
  async inspect(job: Job, step: Step, isOfPlug: boolean): Promise<Read<Inspection<unknown, Step>>> {
    const [found] = await this.#readings([{ job, step, isOfPlug, trace: job.trace }]);
    return found ?? { value: { differences: [] } };
  }

  /** Finds what the job's VIF has that no step of its plan concerns. Never rejects. */
  async findStrays(job: Job): Promise<Read<readonly Stray<unknown, Step>[]>> {
    const [found] = await this.#searches([job]);
    return found ?? { value: [] };
  }

  /** Carries out tasks of a job, and records in each how it ended. Never rejects. */
  async apply(tasks: readonly RunningTask[]): Promise<void> {
    await this.#writings(tasks);
  }

  /**
   * Undoes tasks of a job. Never rejects.
   * @returns why some could not be undone, in the order of the tasks
   */
  undo(tasks: readonly RunningTask[], time: UndoTime): Promise<readonly (VifError | undefined)[]> {
    return this.#undoings(tasks.map((task) => ({ task, ...time })));
  }

  async #inspect(asked: readonly Asked[]): Promise<Read<Inspection<unknown, Step>>[]> {
    const titles = () => asked.map(({ step, job }) => taskTitle({ step, owner: job.owner }));
    const doing = this.isOneByOne ? `comparing ${titles()} with the host` : 'reading the host';
    const endBatch = startBatch('inspect', asked, this.isOneByOne);
    try {
      const steps = asked.map(({ step, job, isOfPlug }) => ({ step, vifId: job.vifId, isOfPlug }));
      const inspecting = this.#runner.inspect(steps, this.#signal);
      const found = oneForEach(asked, await withinDeadline(inspecting, this.#signal, doing), 'inspect');
      return found.map((value) => ({ value }));
    } catch (error) {
      const failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
      return asked.map(() => ({ error: failure }));
    } finally {
      endBatch();
    }
  }

  async #findStrays(jobs: readonly Job[]): Promise<Read<readonly Stray<unknown, Step>[]>[]> {
    try {
      const searching = this.#runner.findStrays?.(jobs, this.#signal) ?? Promise.resolve([]);
      const found = await withinDeadline(searching, this.#signal, 'reading the host');
      return jobs.map((_, i) => ({ value: found[i] ?? [] }));
    } catch (error) {
      const failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
      return jobs.map(() => ({ error: failure }));
    }
  }

  async #apply(tasks: readonly RunningTask[]): Promise<undefined[]> {
    const signal = this.#signal;
    const doing = this.isOneByOne ? `waiting for ${tasks.map(taskTitle)}` : 'changing the host';
    const endBatch = startBatch('apply', tasks, this.isOneByOne);
    try {
      if (signal.aborted) throw signalError(signal, doing);
      for (const task of tasks) task.attempted = true;
      const applying = this.#runner.apply(tasks, signal);
      const outcomes = oneForEach(tasks, await withinDeadline(applying, signal, doing, GRACE), 'apply');
      for (const [i, task] of tasks.entries()) task.outcome = outcomes[i] ?? {};
    } catch (error) {
      const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be changed');
      for (const task of tasks) task.outcome = { error: failure };
    } finally {
      endBatch();
    }
    return tasks.map(() => undefined);
  }

  /**
   * A batch that is not the last one to undo for a job has half of the remaining time: one that hangs does not prevent
   * the others from being undone.
   */
  async #undo(undoings: readonly Undoing[]): Promise<(VifError | undefined)[]> {
    const tasks = undoings.map(({ task }) => task);
    const doing = this.isOneByOne ? `undoing ${tasks.map(taskTitle)}` : 'putting the host back';
    const left = Math.max(...undoings.map(({ ends }) => ends)) - performance.now();
    const time = Math.max(1, undoings.every(({ isLast }) => isLast) ? left : left / 2);
    const endBatch = startBatch('undo', tasks, this.isOneByOne);
    try {
      const failures = await withDeadline(time, undefined, (signal) =>
        withinDeadline(this.#putBack(tasks, signal), signal, doing),
      );
      return undoings.map(({ timeout }, i) => withTimeHint(failures[i], timeout));
    } catch (error) {
      const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be put back');
      const explained = withTimeHint(failure, Math.max(...undoings.map(({ timeout }) => timeout)));
      return undoings.map(() => explained);
    } finally {
      endBatch();
    }
  }

  /**
   * What prevents a step often prevents its undoing too: a root helper that is missing or refuses, for instance. A step
   * that has not reported what it did, and left its target as it was found, did nothing that must be undone.
   */
  async #putBack(
    tasks: readonly RunningTask[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const failures = await this.#failuresOfUndoing(tasks, signal).catch((error: unknown) => {
      const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be put back');
      return tasks.map(() => failure);
    });
    const doubtful = tasks.filter((task, i) => failures[i] && mayHaveDoneNothing(task));
    if (doubtful.length === 0) return failures;
    const steps = doubtful.map(({ step, vifId }) => ({ step, vifId, isOfPlug: true }));
    const found = await this.#runner.inspect(steps, signal).catch(() => []);
    const untouched = new Set(doubtful.filter((task, i) => found[i] && isAsFound(task, found[i])));
    return tasks.map((task, i) => (untouched.has(task) ? undefined : failures[i]));
  }

  async #failuresOfUndoing(
    tasks: readonly RunningTask[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const failures: unknown = await this.#runner.undo(tasks, signal);
    if (Array.isArray(failures)) return failures;
    throw new VifError(
      'PLUGIN_FAILED',
      'undo of a runner must return a list: for each step an error, or undefined',
    );
  }
}

/**
 * The results of a runner, in the order of its steps. A step without a result would count as one that is done.
 * @throws VifError PLUGIN_FAILED if one is missing
 */
function oneForEach<T>(steps: readonly unknown[], results: readonly T[], method: string): readonly T[] {
  const found = Array.isArray(results) ? results.filter((each) => Object(each) === each).length : 0;
  if (found === steps.length && results.length === found) return results;
  const text = `${method} of a runner must return one result for each of its steps: ${steps.length}, not ${found}`;
  throw new VifError('PLUGIN_FAILED', text);
}

function mayHaveDoneNothing({ step, outcome: { done, error } }: RunningTask): boolean {
  return error !== undefined && done === undefined && !stepKindOf(step).leavesNoTrace;
}

/** Whether the same change would be needed again. */
function isAsFound({ step, vifId, change }: RunningTask, now: Inspection<unknown, Step>): boolean {
  return isDeepStrictEqual(settleOwnership(step, vifId, 'plug', now).inspection.change, change);
}

/** The tasks that must be written. */
export function tasksToWrite(tasks: readonly RunningTask[]): RunningTask[] {
  return tasks.filter(({ change, inspection }) => change !== undefined && !inspection.blocked);
}

/** Splits tasks into groups that are passed to one runner together. */
export function groupsOf(tasks: readonly RunningTask[]): RunningTask[][] {
  const groups: RunningTask[][] = [];
  for (const task of tasks) {
    const group = groups.at(-1);
    const [other] = group ?? [];
    const isTogether = other?.queue === task.queue && other.isLast === task.isLast && !task.queue.isOneByOne;
    if (isTogether) group?.push(task);
    else groups.push([task]);
  }
  return groups;
}

/** A step that a job wants compared with the host. */
interface Asked {
  readonly job: Job;
  readonly step: Step;
  readonly isOfPlug: boolean;
  readonly trace: Trace | undefined;
}

/** Adds to the error of undoing that timed out how to allow it more time. */
function withTimeHint(error: VifError | undefined, timeout: number): VifError | undefined {
  if (error?.code !== 'TIMEOUT') return error;
  const message = `${error.message}. Undoing had ${timeout / 1000} s (undoTimeout, --undo-timeout)`;
  return new VifError('TIMEOUT', message, { vifId: error.vifId, cause: error.cause });
}
