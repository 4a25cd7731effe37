import type { Leg, Plan, Step, VifError } from '@vifkit/core';
import { stepTarget } from '@vifkit/core';
import type { AttemptedTask, Difference, Inspection, StepRunner, Stray } from '@vifkit/core/steps';
import type { Left } from './ownership.js';
import type { Trace } from './timeline.js';

/** A plan to be run for a VIF. */
export interface Job {
  readonly vifId: string;
  readonly plan: Plan;
  /** The way from the guest to its network. */
  readonly legs?: readonly Leg[];
  /** Who wrote the plan, for messages, as in `os-vif plugin 'acme'`. */
  readonly owner?: string;
  /** Notes where the time goes. */
  readonly trace?: Trace;
}

/** How a job ended: what was written, and what was left because it is not the VIF's; or why it failed. */
export type JobResult<T> =
  | { readonly value: T; readonly left?: readonly Left[] }
  | { readonly error: VifError };

/** A task on its way through a call. */
export interface Progress extends AttemptedTask<Step, unknown, unknown> {
  /** What was found of it, and decided. */
  readonly inspection: Inspection<unknown, Step>;
  readonly runner: StepRunner;
  readonly owner: string | undefined;
  readonly trace: Trace | undefined;
  /** What was left alone, as it is not the VIF's. */
  readonly left?: Left;
  /** Undoing leaves it as it is: what it was done to was there before. */
  readonly stays?: boolean;
  /** Whether a runner was given it; with `outcome`, how it ended. */
  attempted: boolean;
  outcome: AttemptedTask<Step, unknown, unknown>['outcome'];
}

/** A job on its way through a call. */
export interface JobState {
  readonly job: Job;
  /** Complete once {@link inspected} has settled. */
  tasks: Progress[];
  /** What else was found of the VIF, and goes in the end. */
  readonly strays: { readonly runner: StepRunner; readonly stray: Stray<unknown, Step> }[];
  /** Settles, and never rejects, once all steps of the job have been compared with the host. */
  inspected: Promise<void>;
  /** What could not be read, or else the first thing that went wrong; and the step that it concerns. */
  readonly failures: { readonly error: VifError; readonly step: Step }[];
}

/** Something that was written, or is to be. */
export interface Change {
  readonly kind: Step['kind'];
  readonly name: string;
  readonly differences: readonly Difference[];
  /** What one should know of it, in a sentence. */
  readonly note?: string;
}

/** What a job wrote. */
function changesOf({ tasks }: JobState): Change[] {
  return tasks.filter((task) => task.attempted && !task.outcome.error).map(writingOf);
}

/** How a job ended that went well. */
export function successOf(state: JobState): JobResult<Change[]> {
  const left = state.tasks.flatMap((task) => task.left ?? []);
  return { value: changesOf(state), ...(left.length > 0 && { left }) };
}

/** What a task writes, or has written. */
export function writingOf({
  step,
  inspection: { differences, note },
}: Pick<Progress, 'step' | 'inspection'>): Change {
  return { kind: step.kind, name: stepTarget(step), differences, ...(note !== undefined && { note }) };
}
