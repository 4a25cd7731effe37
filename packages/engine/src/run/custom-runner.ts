import { asVifError } from '@vifkit/core';
import type { AttemptedTask, Inspection, Outcome, StepRunner, Task, VifStep } from '@vifkit/core/step-kinds';
import type { CustomStep } from '@vifkit/core/steps';

/** Marks a step as to be done, or as begun; only its author knows more. */
type Doing = true;

/** Runs the vendor's code of `custom` steps: in order within a plan, concurrently across plans. */
export class CustomRunner implements StepRunner<CustomStep, Doing, Doing> {
  readonly kinds = ['custom'] as const;
  readonly oneByOne = true;

  inspect(steps: readonly VifStep<CustomStep>[], signal: AbortSignal): Promise<Inspection<Doing>[]> {
    return Promise.all(steps.map(({ step }) => inspectOne(step, signal)));
  }

  apply(tasks: readonly Task<CustomStep, Doing>[], signal: AbortSignal): Promise<Outcome<Doing>[]> {
    return Promise.all(tasks.map((task) => outcomeOf(task, () => task.step.apply(signal))));
  }

  async undo(tasks: readonly AttemptedTask<CustomStep, Doing, Doing>[], signal: AbortSignal) {
    const outcomes = await Promise.all(tasks.map((task) => outcomeOf(task, () => task.step.undo(signal))));
    return outcomes.map(({ error }) => error);
  }
}

/** A step that cannot read its state fails only its own VIF, not the others of the batch. */
async function inspectOne(step: CustomStep, signal: AbortSignal): Promise<Inspection<Doing>> {
  const differences = [{ attribute: 'done', expected: true, actual: false }];
  try {
    return (await step.isDone(signal)) ? { differences: [] } : { change: true, differences };
  } catch (error) {
    return { differences, blocked: failed(step, error) };
  }
}

async function outcomeOf(
  { step, vifId }: VifStep<CustomStep>,
  run: () => Promise<void>,
): Promise<Outcome<Doing>> {
  try {
    await run();
    return { done: true };
  } catch (error) {
    return { done: true, error: failed(step, error, vifId) }; // it may be half done
  }
}

function failed(step: CustomStep, error: unknown, vifId?: string) {
  return asVifError(error, 'PLUGIN_FAILED', `The custom step '${step.name}' failed`, vifId);
}
