import { VifError } from '@vifkit/core';
import type { AttemptedTask, Inspection, Outcome, StepRunner, Task, VifStep } from '@vifkit/core/step-kinds';
import { type Step, type StepKind, stepTarget } from '@vifkit/core/steps';
import { signalError } from '../../../src/time/deadline.js';

type Behaviour = (signal: AbortSignal) => Promise<void> | void;

/** Whether a name is to be there. */
type Presence = boolean;

/** Keeps a set of names: a step makes its name exist, an absence removes it. What it was given is noted. */
export class FakeRunner implements StepRunner<Step, Presence, Presence> {
  readonly existing: Set<string>;
  /** Names of the steps of each batch. */
  readonly inspected: string[][] = [];
  readonly applied: string[][] = [];
  readonly undone: string[][] = [];
  /** What happens in place of a step's success, by name. */
  readonly onApply = new Map<string, Behaviour>();
  readonly onUndo = new Map<string, Behaviour>();
  readonly blocked = new Map<string, VifError>();
  unreadable: Error | undefined;

  constructor(
    readonly kinds: readonly StepKind[],
    existing: readonly string[] = [],
    readonly oneByOne = false,
  ) {
    this.existing = new Set(existing);
  }

  async inspect(steps: readonly VifStep[]): Promise<Inspection<Presence>[]> {
    this.inspected.push(steps.map(({ step }) => stepTarget(step)));
    if (this.unreadable) throw this.unreadable;
    return steps.map(({ step }) => {
      const name = stepTarget(step);
      const expected = !step.kind.endsWith('Absent');
      const actual = this.existing.has(name);
      const blocked = this.blocked.get(name);
      return {
        ...(expected !== actual && { change: expected }),
        differences: expected === actual ? [] : [{ attribute: 'exists', expected, actual }],
        creates: expected && !actual,
        ...(blocked && { blocked }),
      };
    });
  }

  async apply(tasks: readonly Task<Step, Presence>[], signal: AbortSignal): Promise<Outcome<Presence>[]> {
    this.applied.push(tasks.map(({ step }) => stepTarget(step)));
    return Promise.all(
      tasks.map(async ({ step, change }) => {
        const error = await this.#put(stepTarget(step), change, this.onApply, signal);
        return error ? { error } : { done: change };
      }),
    );
  }

  async undo(tasks: readonly AttemptedTask<Step, Presence, Presence>[], signal: AbortSignal) {
    this.undone.push(tasks.map(({ step }) => stepTarget(step)));
    return Promise.all(
      tasks.map(({ step, change, outcome: { done = change } }) =>
        this.#put(stepTarget(step), !done, this.onUndo, signal),
      ),
    );
  }

  async #put(
    name: string,
    present: Presence,
    behaviours: ReadonlyMap<string, Behaviour>,
    signal: AbortSignal,
  ): Promise<VifError | undefined> {
    try {
      await behaviours.get(name)?.(signal);
    } catch (error) {
      return error as VifError;
    }
    if (present) this.existing.add(name);
    else this.existing.delete(name);
    return undefined;
  }
}

/** The error of a step that fails. */
export function refusal(what: string): VifError {
  return new VifError('LINK_COMMAND_FAILED', what);
}

/** Fails with the error. */
export function failing(error: Error): Behaviour {
  return () => {
    throw error;
  };
}

/** Ends by the signal only, with its error. */
export const hanging = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    const fail = () => reject(signalError(signal, 'hanging'));
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
  });

/** Ends not even by the signal. */
export const deaf: Behaviour = () => new Promise(() => {});
