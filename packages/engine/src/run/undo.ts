import { asVifError, VifError } from '@vifkit/core';
import { stepKey } from '@vifkit/core/internal';
import type { StepRunner } from '@vifkit/core/steps';
import { withDeadline, withinDeadline } from '../time/deadline.js';
import { Dispatcher } from './dispatcher.js';
import type { JobState, Progress } from './job.js';
import { Reliance, relianceKeys } from './reliance.js';
import { taskTitle } from './task-title.js';
import { startBatch } from './timeline.js';

/** The undoing of one job. */
interface Undoing {
  /** When it is given up, on the clock of `performance.now`. */
  readonly ends: number;
  /** How many of its tasks no runner has been given yet. */
  left: number;
}

/**
 * Takes back, in reverse, what a failed job of a plug did; the answer has what could not be undone. What a job that
 * succeeded relies on as well (a bridge that both wanted made) stays.
 *
 * The call's deadline may have passed: undoing has a time of its own. As long as other steps are to be undone after it, a
 * batch has half of what is left of that time, so that a step whose undoing hangs does not keep those before it from
 * being undone.
 *
 * @param applied settles, for each job of the call, once it has done its steps, or one of them failed
 * @param timeout milliseconds for a job
 */
export function undoer(
  applied: ReadonlyMap<JobState, Promise<void>>,
  timeout: number,
): (state: JobState) => Promise<VifError[]> {
  const reliance = new Reliance(applied);
  const failures = new Map<Progress, VifError>();
  const undoings = new Map<Progress, Undoing>();
  const dispatcher = new Dispatcher(async (runner, tasks) => {
    const outcomes = await undoBatch(runner, tasks, timeFor(tasks), timeout);
    for (const [i, task] of tasks.entries()) {
      const outcome = outcomes[i];
      if (outcome) failures.set(task, outcome);
    }
  });
  const timeFor = (tasks: readonly Progress[]): number => {
    const own = new Set(tasks.flatMap((task) => undoings.get(task) ?? []));
    for (const task of tasks) {
      const undoing = undoings.get(task);
      if (undoing) undoing.left -= 1;
    }
    const left = Math.max(...[...own].map(({ ends }) => ends)) - performance.now();
    return Math.max(1, [...own].some((undoing) => undoing.left > 0) ? left / 2 : left);
  };
  return async ({ job, tasks }) => {
    const attempted = tasks.filter((task) => task.attempted && !task.stays);
    if (attempted.length === 0) return [];
    const steps = attempted.map(({ step }) => step);
    const kept = await reliance.keptOf(relianceKeys(job.vifId, steps));
    const done = attempted.filter(({ step }) => !kept.has(stepKey(step)));
    const undoing = { ends: performance.now() + timeout, left: done.length };
    for (const task of done) undoings.set(task, undoing);
    await dispatcher.workOff(done.reverse(), () => true);
    return [...new Set(tasks.flatMap((task) => failures.get(task) ?? []))]; // steps may share an error
  };
}

/** @param time milliseconds for this batch, of those that the undoing has as a whole */
async function undoBatch(
  runner: StepRunner,
  tasks: readonly Progress[],
  time: number,
  timeout: number,
): Promise<readonly (VifError | undefined)[]> {
  const doing = runner.oneByOne ? `undoing ${tasks.map(taskTitle)}` : 'putting the host back';
  const endBatch = startBatch('undo', tasks, runner);
  try {
    const outcomes = await withDeadline(time, undefined, (signal) =>
      withinDeadline(runner.undo(tasks, signal), signal, doing),
    );
    return outcomes.map((outcome) => outcome && tellTime(outcome, timeout));
  } catch (error) {
    const failure = tellTime(asVifError(error, 'PLUG_FAILED', 'The host could not be put back'), timeout);
    return tasks.map(() => failure);
  } finally {
    endBatch();
  }
}

/** Adds to the error of undoing that took too long how it can be given more time. */
function tellTime(error: VifError, timeout: number): VifError {
  if (error.code !== 'TIMEOUT') return error;
  const message = `${error.message}. Undoing had ${timeout / 1000} s (undoTimeout, --undo-timeout)`;
  return new VifError('TIMEOUT', message, { vifId: error.vifId, cause: error.cause });
}
