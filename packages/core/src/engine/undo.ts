import { asVifError } from '../errors/vif-error.js';
import { stepKey } from '../plan/step-target.js';
import { startDeadline, withinDeadline } from './deadline.js';
import { Dispatcher } from './dispatcher.js';
import type { JobState, Progress } from './job.js';
import type { Outcome, StepRunner } from './runner.js';
import { taskTitle } from './task-title.js';

/** What could not be undone, by task. */
export type UndoFailures = ReadonlyMap<Progress, NonNullable<Outcome>>;

/**
 * Takes back, in reverse, what the failed jobs of a plug did. What a job that succeeded relies on as well
 * (a bridge that both wanted made) stays. The call's deadline may have passed: each batch has one of its own,
 * so that one step whose undoing hangs does not keep those before it from being undone.
 *
 * @param patience milliseconds for a batch
 */
export async function undoFailed(states: readonly JobState[], patience: number): Promise<UndoFailures> {
  const failures = new Map<Progress, NonNullable<Outcome>>();
  const succeeded = states.filter((state) => state.failures.length === 0);
  const kept = new Set(succeeded.flatMap((state) => state.tasks.map((task) => stepKey(task.step))));
  const dispatcher = new Dispatcher(async (runner, tasks) => {
    const outcomes = await undoBatch(runner, tasks, startDeadline({ timeout: patience }));
    for (const [i, task] of tasks.entries()) {
      const outcome = outcomes[i];
      if (outcome) failures.set(task, outcome);
    }
  });
  const failed = states.filter((state) => state.failures.length > 0);
  await Promise.all(
    failed.map(({ tasks }) => {
      const done = tasks.filter((task) => task.attempted && !kept.has(stepKey(task.step)));
      return dispatcher.workOff(done.reverse(), () => true);
    }),
  );
  return failures;
}

async function undoBatch(
  runner: StepRunner,
  tasks: readonly Progress[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const doing = runner.oneByOne ? `undoing ${tasks.map(taskTitle)}` : 'putting the host back';
  try {
    return await withinDeadline(runner.undo(tasks, signal), signal, doing);
  } catch (error) {
    const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be put back');
    return tasks.map(() => failure);
  }
}
