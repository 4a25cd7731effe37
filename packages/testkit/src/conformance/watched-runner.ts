import { asVifError } from '@vifkit/core';
import type { AttemptedTask, Outcome, StepRunner, Task } from '@vifkit/core/step-kinds';
import { type Step, stepTarget } from '@vifkit/core/steps';

/** What a vendor's own work passes. */
export interface Gate {
  /** Calls a function that compares with the host: the programs that it runs change nothing. */
  reading<T>(read: () => T): T;
  /** @throws Error if the piece should fail, or has hung until its call was aborted */
  before(what: string, signal: AbortSignal): Promise<void>;
  /** @throws Error if the piece should fail although it has done its work */
  after(): void;
}

/**
 * A runner of a vendor's package whose tasks all pass a gate. It finds nothing by mark, so that what the plans leave
 * behind can be seen.
 */
export function watchedRunner(runner: StepRunner, gate: Gate): StepRunner {
  return {
    kinds: runner.kinds,
    ...(runner.oneByOne !== undefined && { oneByOne: runner.oneByOne }),
    inspect: (steps, signal) => gate.reading(() => runner.inspect(steps, signal)),
    async apply(tasks: readonly Task<Step, unknown>[], signal) {
      const outcomes: Outcome<unknown>[] = [];
      for (const task of tasks) outcomes.push(await applied(runner, task, gate, signal));
      return outcomes;
    },
    undo: (tasks: readonly AttemptedTask<Step, unknown, unknown>[], signal) => runner.undo(tasks, signal),
    dispose: () => runner.dispose?.(),
  };
}

async function applied(
  runner: StepRunner,
  task: Task<Step, unknown>,
  gate: Gate,
  signal: AbortSignal,
): Promise<Outcome<unknown>> {
  const what = `${task.step.kind} ${stepTarget(task.step)}`;
  try {
    await gate.before(what, signal);
    const [outcome = {}] = await runner.apply([task], signal);
    if (outcome.error === undefined) gate.after();
    return outcome;
  } catch (error) {
    return { error: asVifError(error, 'PLUGIN_FAILED', what) };
  }
}
