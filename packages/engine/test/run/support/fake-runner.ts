import type { Step, StepKind } from '@vifkit/core';
import { stepTarget, VifError } from '@vifkit/core';
import type { AttemptedTask, Inspection, Outcome, StepRunner, Task } from '../../../src/run/runner.js';
import { signalError } from '../../../src/time/deadline.js';

type Behaviour = (signal: AbortSignal) => Promise<void> | void;

/** Keeps a set of names: a step makes its name exist, an absence removes it. What it was given is noted. */
export class FakeRunner implements StepRunner {
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

  async inspect(steps: readonly Step[]): Promise<Inspection[]> {
    this.inspected.push(steps.map(stepTarget));
    if (this.unreadable) throw this.unreadable;
    return steps.map((step) => {
      const name = stepTarget(step);
      const expected = !step.kind.endsWith('Absent');
      const actual = this.existing.has(name);
      const blocked = this.blocked.get(name);
      return {
        differences: expected === actual ? [] : [{ attribute: 'exists', expected, actual }],
        creates: expected && !actual,
        ...(blocked && { blocked }),
      };
    });
  }

  async apply(tasks: readonly Task[], signal: AbortSignal): Promise<Outcome[]> {
    this.applied.push(tasks.map(({ step }) => stepTarget(step)));
    return Promise.all(tasks.map((task) => this.#run(task, this.onApply, signal, false)));
  }

  async undo(tasks: readonly AttemptedTask[], signal: AbortSignal): Promise<Outcome[]> {
    this.undone.push(tasks.map(({ step }) => stepTarget(step)));
    return Promise.all(tasks.map((task) => this.#run(task, this.onUndo, signal, true)));
  }

  async #run(
    { step }: Task,
    behaviours: ReadonlyMap<string, Behaviour>,
    signal: AbortSignal,
    undoing: boolean,
  ): Promise<Outcome> {
    const name = stepTarget(step);
    try {
      await behaviours.get(name)?.(signal);
    } catch (error) {
      return error as VifError;
    }
    if (step.kind.endsWith('Absent') === undoing) this.existing.add(name);
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
