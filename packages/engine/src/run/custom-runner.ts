import type { CustomStep } from '@vifkit/core';
import { asVifError, type VifError } from '@vifkit/core';
import type { AttemptedTask, Inspection, Outcome, StepRunner, Task } from './runner.js';

/** Runs the vendor's own code of `custom` steps, those of one plan in order, those of several side by side. */
export class CustomRunner implements StepRunner<CustomStep> {
  readonly kinds = ['custom'] as const;
  readonly oneByOne = true;

  inspect(steps: readonly CustomStep[], signal: AbortSignal): Promise<Inspection[]> {
    return Promise.all(steps.map((step) => inspectOne(step, signal)));
  }

  apply(tasks: readonly Task<CustomStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return Promise.all(tasks.map((task) => outcomeOf(task, () => task.step.apply(signal))));
  }

  undo(tasks: readonly AttemptedTask<CustomStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return Promise.all(tasks.map((task) => outcomeOf(task, () => task.step.undo(signal))));
  }
}

/** A step that cannot tell its state fails its own VIF, and no other of the batch. */
async function inspectOne(step: CustomStep, signal: AbortSignal): Promise<Inspection> {
  const differences = [{ attribute: 'done', expected: true, actual: false }];
  try {
    return (await step.isDone(signal)) ? { differences: [] } : { differences };
  } catch (error) {
    return { differences, blocked: failed(step, error) };
  }
}

async function outcomeOf({ step, vifId }: Task<CustomStep>, run: () => Promise<void>): Promise<Outcome> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return failed(step, error, vifId);
  }
}

function failed(step: CustomStep, error: unknown, vifId?: string): VifError {
  return asVifError(error, 'PLUGIN_FAILED', `The custom step '${step.name}' failed`, vifId);
}
