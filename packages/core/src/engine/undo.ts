import { asVifError } from '../errors/vif-error.js';
import { stepKey } from '../plan/step-target.js';
import { startDeadline, withinDeadline } from './deadline.js';
import type { JobState, Progress } from './job.js';
import type { Outcome, StepRunner } from './runner.js';
import { runInWaves } from './waves.js';

/** What could not be undone, by task. */
export type UndoFailures = ReadonlyMap<Progress, NonNullable<Outcome>>;

/**
 * Takes back, in reverse, what the failed jobs of a plug did. What a job that succeeded relies on as well
 * (a bridge that both wanted made) stays. Undoing has a deadline of its own: the call's may have passed.
 */
export async function undoFailed(states: readonly JobState[]): Promise<UndoFailures> {
  const failures = new Map<Progress, NonNullable<Outcome>>();
  const succeeded = states.filter((state) => state.failures.length === 0);
  const kept = new Set(succeeded.flatMap((state) => state.tasks.map((task) => stepKey(task.step))));
  const queues = states
    .filter((state) => state.failures.length > 0)
    .map((state) => ({
      tasks: state.tasks.filter((task) => task.attempted && !kept.has(stepKey(task.step))).reverse(),
      goesOn: () => true,
    }));
  const signal = startDeadline();
  await runInWaves(queues, async (runner, tasks) => {
    const outcomes = await undoBatch(runner, tasks, signal);
    for (const [i, task] of tasks.entries()) {
      const outcome = outcomes[i];
      if (outcome) failures.set(task, outcome);
    }
  });
  return failures;
}

async function undoBatch(
  runner: StepRunner,
  tasks: readonly Progress[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  try {
    return await withinDeadline(runner.undo(tasks, signal), signal, 'putting the host back');
  } catch (error) {
    const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be put back');
    return tasks.map(() => failure);
  }
}
