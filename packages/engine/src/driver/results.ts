import type { VifError } from '@vifkit/core';
import type { GuestDevice } from '@vifkit/core/nova';
import type { Difference } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import type { Connection } from '../connection/verdict.js';
import type { Change } from '../run/job.js';
import type { Left } from '../run/ownership.js';
import type { AwaitedPort } from '../run/port-readiness.js';
import type { Timeline } from '../run/timeline.js';

/** Who handled a request, by which path, and why. */
export interface Handled {
  /** The request's id, or else the VIF's. */
  readonly id: string;
  readonly vifId: string;
  readonly path: 'os-vif' | 'legacy';
  readonly plugin: string;
  readonly reason: string;
}

/** The guest's device, for the hypervisor. */
export interface ConfigResult extends Handled {
  readonly device: GuestDevice;
}

/** A step of a plan beside what the host is like. */
export interface PlannedStep {
  readonly step: Step;
  /** Whether carrying it out would write. */
  readonly writes: boolean;
  readonly differences: readonly Difference[];
  /** What one should know of it, in a sentence. */
  readonly note?: string;
  /** Why it could not be carried out. */
  readonly blocked?: VifError;
}

/** A result for which the host was asked. */
interface Timed extends Handled {
  /** Where the time went, from the beginning of the call until this result was final. */
  readonly timeline: Timeline;
}

/** The steps of a plug, and which of them would write. Nothing has been written. */
export interface PlanResult extends Timed {
  readonly steps: readonly PlannedStep[];
}

/** What a plug or an unplug has written. */
export interface ChangeResult extends Timed {
  /** What was written, in order; empty when all was as wanted. */
  readonly changes: readonly Change[];
  /** What was left alone, as it is another VIF's or nobody's of ours; an unplug may leave something. */
  readonly left?: readonly Left[];
  /** After a plug: the way from the guest to its network. */
  readonly connection?: Connection;
  /** How many steps the plan has. */
  readonly stepCount: number;
}

/** How the host differs from what a plug would make of it. Nothing has been written. */
export interface CheckResult extends Timed {
  /** In what the host differs from the plug's plan; empty when the VIF is plugged. */
  readonly differences: readonly Change[];
  /** The way from the guest to its network, as far as this host can know. */
  readonly connection?: Connection;
}

/** The VIF carries traffic. */
export interface ReadyResult extends Timed {
  /** The port that carries the VIF's traffic; undefined for a VIF whose back end has none that tells. */
  readonly port?: AwaitedPort;
}

/** How one request of several ended: `'error' in result` tells the two apart. */
export type Settled<T> = { readonly value: T } | { readonly id: string | null; readonly error: VifError };
