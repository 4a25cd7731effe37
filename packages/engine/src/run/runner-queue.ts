import { setImmediate } from 'node:timers/promises';
import { asVifError, VifError } from '@vifkit/core';
import type { AttemptedTask, Inspection, StepRunner, Stray } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import { signalError, withDeadline, withinDeadline } from '../time/deadline.js';
import type { Job } from './job.js';
import type { Left } from './ownership.js';
import { startBatch, type Trace, taskTitle } from './timeline.js';

/** Milliseconds that a runner has to wind up once the signal fired: nothing is to be undone under its hands, and it can tell what it got done. */
const GRACE = 800;

/** A step of a job on its way. What is to be written for it, its runner alone can read. */
export interface RunningTask extends AttemptedTask<Step, unknown, unknown> {
  readonly queue: RunnerQueue;
  readonly owner: string | undefined;
  readonly trace: Trace | undefined;
  /** What was found, and what has been decided about it. */
  readonly inspection: Inspection<unknown, Step>;
  /** What was left alone, as it is not the VIF's. */
  readonly left?: Left;
  /** Undoing leaves it as it is: what it was done to was there before. */
  readonly stays?: boolean;
  /** Whether the runner was given it; with `outcome`, how it ended. */
  attempted: boolean;
  outcome: AttemptedTask<Step, unknown, unknown>['outcome'];
}

/** What was read for one of several, or why it could not be. */
export type Read<T> = { readonly value: T } | { readonly error: VifError };

/** How long undoing may take. */
export interface UndoTime {
  /** When it is given up, on the clock of `performance.now`. */
  readonly ends: number;
  /** Milliseconds that it had to begin with, for messages. */
  readonly timeout: number;
  /** Nothing else is to be undone for the job after this. */
  readonly isLast: boolean;
}

interface Undoing extends UndoTime {
  readonly task: RunningTask;
}

/**
 * A runner as the jobs of a call see it: each asks for itself, and what they ask for in one turn of the event loop, or while
 * the runner is busy, it is given as one batch. A runner that takes steps one by one gets each at once and by itself, so that
 * a vendor's code that hangs holds up its own job alone.
 */
export class RunnerQueue {
  readonly isOneByOne: boolean;
  /** Whether it can be asked for what no step of a plan is about. */
  readonly searches: boolean;
  readonly #runner: StepRunner;
  readonly #signal: AbortSignal;
  readonly #readings: Batches<Asked, Read<Inspection<unknown, Step>>>;
  readonly #searches: Batches<Job, Read<readonly Stray<unknown, Step>[]>>;
  readonly #writings: Batches<RunningTask, undefined>;
  readonly #undoings: Batches<Undoing, VifError | undefined>;

  /** @param signal ends what is read and written, and not what is undone, which has a time of its own */
  constructor(runner: StepRunner, signal: AbortSignal) {
    this.#runner = runner;
    this.#signal = signal;
    this.isOneByOne = runner.oneByOne ?? false;
    this.searches = runner.findStrays !== undefined;
    const [reads, writes] = this.isOneByOne ? [alone, alone] : [joined, joinedWhileBusy];
    this.#readings = reads((asked) => this.#inspect(asked));
    this.#searches = joined((jobs) => this.#findStrays(jobs));
    this.#writings = writes((tasks) => this.#apply(tasks));
    this.#undoings = writes((undoings) => this.#undo(undoings));
  }

  /** Compares steps of a job with the host. Never rejects. */
  inspect(job: Job, steps: readonly Step[]): Promise<readonly Read<Inspection<unknown, Step>>[]> {
    return this.#readings(steps.map((step) => ({ job, step, trace: job.trace })));
  }

  /** What the job's VIF has that no step of its plan is about. Never rejects. */
  async findStrays(job: Job): Promise<Read<readonly Stray<unknown, Step>[]>> {
    const [found] = await this.#searches([job]);
    return found ?? nothing;
  }

  /** Carries out tasks of a job, and notes in each how it ended. Never rejects. */
  async apply(tasks: readonly RunningTask[]): Promise<void> {
    await this.#writings(tasks);
  }

  /** Takes back tasks of a job. Never rejects. @returns why some could not be, in the order of the tasks */
  undo(tasks: readonly RunningTask[], time: UndoTime): Promise<readonly (VifError | undefined)[]> {
    return this.#undoings(tasks.map((task) => ({ task, ...time })));
  }

  async #inspect(asked: readonly Asked[]): Promise<Read<Inspection<unknown, Step>>[]> {
    const titles = () => asked.map(({ step, job }) => taskTitle({ step, owner: job.owner }));
    const doing = this.isOneByOne ? `comparing ${titles()} with the host` : 'reading the host';
    const endBatch = startBatch('inspect', asked, this.isOneByOne);
    try {
      const steps = asked.map(({ step, job }) => ({ step, vifId: job.vifId }));
      const found = await withinDeadline(this.#runner.inspect(steps, this.#signal), this.#signal, doing);
      return asked.map((_, i) => ({ value: found[i] ?? { differences: [] } }));
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
      const outcomes = await withinDeadline(this.#runner.apply(tasks, signal), signal, doing, GRACE);
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
   * As long as a job has others to undo after it, a batch has half of what is left of the time: one that hangs does not keep
   * them from being undone.
   */
  async #undo(undoings: readonly Undoing[]): Promise<(VifError | undefined)[]> {
    const tasks = undoings.map(({ task }) => task);
    const doing = this.isOneByOne ? `undoing ${tasks.map(taskTitle)}` : 'putting the host back';
    const left = Math.max(...undoings.map(({ ends }) => ends)) - performance.now();
    const time = Math.max(1, undoings.every(({ isLast }) => isLast) ? left : left / 2);
    const endBatch = startBatch('undo', tasks, this.isOneByOne);
    try {
      const failures = await withDeadline(time, undefined, (signal) =>
        withinDeadline(this.#runner.undo(tasks, signal), signal, doing),
      );
      return undoings.map(({ timeout }, i) => tellTime(failures[i], timeout));
    } catch (error) {
      const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be put back');
      const told = tellTime(failure, Math.max(...undoings.map(({ timeout }) => timeout)));
      return undoings.map(() => told);
    } finally {
      endBatch();
    }
  }
}

/** Those that are to be written. */
export function writing(tasks: readonly RunningTask[]): RunningTask[] {
  return tasks.filter(({ change, inspection }) => change !== undefined && !inspection.blocked);
}

/** Splits tasks into runs of those that one runner is given together. */
export function groupsOf(tasks: readonly RunningTask[]): RunningTask[][] {
  const groups: RunningTask[][] = [];
  for (const task of tasks) {
    const last = groups.at(-1);
    if (last?.[0]?.queue === task.queue && !task.queue.isOneByOne) last.push(task);
    else groups.push([task]);
  }
  return groups;
}

/** A step that a job wants to have compared with the host. */
interface Asked {
  readonly job: Job;
  readonly step: Step;
  readonly trace: Trace | undefined;
}

const nothing = { value: [] } as const;

/** Adds to the error of undoing that took too long how it can be given more time. */
function tellTime(error: VifError | undefined, timeout: number): VifError | undefined {
  if (error?.code !== 'TIMEOUT') return error;
  const message = `${error.message}. Undoing had ${timeout / 1000} s (undoTimeout, --undo-timeout)`;
  return new VifError('TIMEOUT', message, { vifId: error.vifId, cause: error.cause });
}

/** Has something done for items, beside those that others ask for. */
type Batches<I, R> = (items: readonly I[]) => Promise<readonly R[]>;

/** Does something for a batch of items, and answers in their order. Never rejects. */
type RunBatch<I, R> = (items: readonly I[]) => Promise<readonly R[]>;

function alone<I, R>(run: RunBatch<I, R>): Batches<I, R> {
  return async (items) => (await Promise.all(items.map((item) => run([item])))).flat();
}

/** What is asked for at once, as by jobs that got their locks together. */
function joined<I, R>(run: RunBatch<I, R>): Batches<I, R> {
  return batches(run, () => Promise.resolve());
}

/** That too, and what comes up while the batch before is at work. */
function joinedWhileBusy<I, R>(run: RunBatch<I, R>): Batches<I, R> {
  return batches(run, async (last) => {
    await last;
    await setImmediate(); // the jobs that waited for the same batch join here
  });
}

function batches<I, R>(
  run: RunBatch<I, R>,
  collecting: (last: Promise<unknown> | undefined) => Promise<void>,
): Batches<I, R> {
  let last: Promise<unknown> | undefined;
  let open: { readonly items: I[]; readonly done: Promise<readonly R[]> } | undefined;
  const begin = () => {
    const items: I[] = [];
    const collected = collecting(last);
    const done = collected.then(() => {
      open = undefined;
      return run(items);
    });
    last = done;
    return { items, done };
  };
  return async (items) => {
    open ??= begin();
    const batch = open;
    const first = batch.items.push(...items) - items.length;
    return (await batch.done).slice(first, first + items.length);
  };
}
