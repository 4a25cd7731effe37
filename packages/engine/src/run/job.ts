import type { Plan, VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import type { Difference, Inspection } from '@vifkit/core/step-kinds';
import { type Step, stepTarget } from '@vifkit/core/steps';
import type { VifRecord } from './inventory.js';
import type { Left } from './ownership.js';
import type { Trace } from './timeline.js';

/** A plan to run for a VIF. */
export interface Job {
  readonly vifId: string;
  readonly plan: Plan;
  /** The path from the guest to its network. */
  readonly legs?: readonly Leg[];
  /** The steps of the plan that remove what a plug by another request made: a plug does so last. */
  readonly former?: ReadonlySet<Step>;
  /** Whatever else the VIF has stays as it is, and the VIF's record is kept. */
  readonly isPart?: boolean;
  /** Neutron's and OVN's id of its port, for a phase of a live migration. */
  readonly port?: string;
  /** Who wrote the plan, for messages, as in `os-vif plugin 'acme'`. */
  readonly owner?: string;
  /** The record to keep of the VIF once it is plugged. */
  readonly record?: VifRecord;
  /** No record says how the VIF was plugged: an unplug has to search for what the request does not mention. */
  readonly isUnrecorded?: boolean;
  /** Records where the time goes. */
  readonly trace?: Trace;
  /** Whether the VIF was plugged by another request since the plan was made, so that the plan lacks what removes that. */
  isOutdated?(): Promise<boolean>;
}

/** How a job ended: what was written, and what was left because it does not belong to the VIF; or why it failed. */
export type JobResult<T> = Success<T> | { readonly error: VifError };

export interface Success<T> {
  readonly value: T;
  readonly left?: readonly Left[];
}

/** Something that was written, or would be. */
export interface Change {
  readonly kind: Step['kind'];
  readonly name: string;
  readonly differences: readonly Difference[];
  /** What the caller should know about it, in a sentence. */
  readonly note?: string;
}

/** The change that a task makes, or has made. */
export function changeOf({
  step,
  inspection: { differences, note },
}: {
  readonly step: Step;
  readonly inspection: Inspection<unknown, Step>;
}): Change {
  return { kind: step.kind, name: stepTarget(step), differences, ...(note !== undefined && { note }) };
}
