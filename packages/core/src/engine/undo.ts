import { asVifError } from '../errors/vif-error.js';
import { stepKey } from '../plan/step-target.js';
import { startDeadline, withinDeadline } from './deadline.js';
import { Dispatcher } from './dispatcher.js';
import type { JobState, Progress } from './job.js';
import { Reliance, relianceKeys } from './reliance.js';
import type { Outcome, StepRunner } from './runner.js';
import { taskTitle } from './task-title.js';
import { startBatch } from './timeline.js';

/** Why something could not be undone. */
type UndoFailure = NonNullable<Outcome>;

/**
 * Takes back, in reverse, what a failed job of a plug did; the answer has what could not be undone. What a job that
 * succeeded relies on as well (a bridge that both wanted made) stays. The call's deadline may have passed: each batch
 * has one of its own, so that one step whose undoing hangs does not keep those before it from being undone.
 *
 * @param applied settles, for each job of the call, once it has done its steps, or one of them failed
 * @param patience milliseconds for a batch
 */
export function undoer(
  applied: ReadonlyMap<JobState, Promise<void>>,
  patience: number,
): (state: JobState) => Promise<UndoFailure[]> {
  const reliance = new Reliance(applied);
  const failures = new Map<Progress, UndoFailure>();
  const dispatcher = new Dispatcher(async (runner, tasks) => {
    const outcomes = await undoBatch(runner, tasks, startDeadline({ timeout: patience }));
    for (const [i, task] of tasks.entries()) {
      const outcome = outcomes[i];
      if (outcome) failures.set(task, outcome);
    }
  });
  return async ({ job, tasks }) => {
    const attempted = tasks.filter((task) => task.attempted);
    if (attempted.length === 0) return [];
    const steps = attempted.map(({ step }) => step);
    const kept = await reliance.keptOf(relianceKeys(job.vifId, steps));
    const done = attempted.filter(({ step }) => !kept.has(stepKey(step)));
    await dispatcher.workOff(done.reverse(), () => true);
    return [...new Set(tasks.flatMap((task) => failures.get(task) ?? []))]; // steps may share an error
  };
}

async function undoBatch(
  runner: StepRunner,
  tasks: readonly Progress[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const doing = runner.oneByOne ? `undoing ${tasks.map(taskTitle)}` : 'putting the host back';
  const endBatch = startBatch('undo', tasks, runner);
  try {
    return await withinDeadline(runner.undo(tasks, signal), signal, doing);
  } catch (error) {
    const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be put back');
    return tasks.map(() => failure);
  } finally {
    endBatch();
  }
}
