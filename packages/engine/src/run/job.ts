import type { Plan, VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import type { Difference, Inspection } from '@vifkit/core/step-kinds';
import { type Step, stepTarget } from '@vifkit/core/steps';
import type { VifRecord } from './inventory.js';
import type { Left } from './ownership.js';
import type { Trace } from './timeline.js';

/** A plan to be run for a VIF. */
export interface Job {
  readonly vifId: string;
  readonly plan: Plan;
  /** The way from the guest to its network. */
  readonly legs?: readonly Leg[];
  /** Whatever else the VIF has stays as it is, and is remembered. */
  readonly isPart?: boolean;
  /** Neutron's and OVN's id of its port, for a phase of a live migration. */
  readonly port?: string;
  /** Who wrote the plan, for messages, as in `os-vif plugin 'acme'`. */
  readonly owner?: string;
  /** What is remembered of the VIF once it is plugged. */
  readonly record?: VifRecord;
  /** Notes where the time goes. */
  readonly trace?: Trace;
}

/** How a job ended: what was written, and what was left because it is not the VIF's; or why it failed. */
export type JobResult<T> =
  | { readonly value: T; readonly left?: readonly Left[] }
  | { readonly error: VifError };

/** Something that was written, or is to be. */
export interface Change {
  readonly kind: Step['kind'];
  readonly name: string;
  readonly differences: readonly Difference[];
  /** What one should know of it, in a sentence. */
  readonly note?: string;
}

/** What a task writes, or has written. */
export function writingOf({
  step,
  inspection: { differences, note },
}: {
  readonly step: Step;
  readonly inspection: Inspection<unknown, Step>;
}): Change {
  return { kind: step.kind, name: stepTarget(step), differences, ...(note !== undefined && { note }) };
}
