import type { Progress } from './job.js';
import type { StepRunner } from './runner.js';

/** One job's tasks that are still to be handed to runners, in order. */
export interface TaskQueue {
  readonly tasks: Progress[];
  /** Asked before each wave: false leaves the rest of the queue undone. */
  goesOn(): boolean;
}

/**
 * Lets the jobs advance side by side. In each wave every job hands over its next run of tasks of one runner,
 * and a runner gets the tasks of all jobs together.
 */
export async function runInWaves(
  queues: readonly TaskQueue[],
  run: (runner: StepRunner, tasks: readonly Progress[]) => Promise<void>,
): Promise<void> {
  for (;;) {
    const wave = new Map<StepRunner, Progress[]>();
    for (const queue of queues) {
      const runner = queue.tasks[0]?.runner;
      if (!runner || !queue.goesOn()) continue;
      const end = runner.oneByOne ? 1 : queue.tasks.findIndex((task) => task.runner !== runner);
      const tasks = queue.tasks.splice(0, end < 0 ? queue.tasks.length : end);
      const batch = wave.get(runner);
      if (batch) batch.push(...tasks);
      else wave.set(runner, tasks);
    }
    if (wave.size === 0) return;
    await Promise.all([...wave].map(([runner, tasks]) => run(runner, tasks)));
  }
}
