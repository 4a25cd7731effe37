import type { VifError } from '@vifkit/core';
import type { GuestDevice } from '@vifkit/core/nova';
import type { Difference } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import type { Connection } from '../connection/verdict.js';
import type { Change } from '../run/job.js';
import type { Left } from '../run/ownership.js';
import type { AwaitedPort } from '../run/port-readiness.js';
import type { Timeline } from '../run/timeline.js';

/** Which plugin handled a request, by which path, and why. */
export interface Handled {
  /** The request's id or, if it has none, the VIF's. */
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

/** A step of a plan, compared with the host. */
export interface PlannedStep {
  readonly step: Step;
  /** Whether carrying it out would write. */
  readonly writes: boolean;
  readonly differences: readonly Difference[];
  /** It is about the guest's link, which is not there yet: a plug after the guest's start carries it out. */
  readonly isAwaited?: boolean;
  /** What the caller should know about it, in a sentence. */
  readonly note?: string;
  /** Why it could not be carried out. */
  readonly blocked?: VifError;
}

/** A result of a call that read the host. */
interface Timed extends Handled {
  /** Where the time went, from the start of the call until this result was final. */
  readonly timeline: Timeline;
}

/** The steps of a plug, and which of them would write. Nothing has been written. */
export interface PlanResult extends Timed {
  readonly steps: readonly PlannedStep[];
}

/** What a plug or an unplug has written. */
export interface ChangeResult extends Timed {
  /** What was written, in order; empty if everything was already in place. */
  readonly changes: readonly Change[];
  /** What was left alone, because it belongs to another VIF or is not ours; an unplug may leave something. */
  readonly left?: readonly Left[];
  /** After a plug: the path from the guest to its network. */
  readonly connection?: Connection;
  /** How many steps the plan has. */
  readonly stepCount: number;
}

/** How the host differs from what a plug would make of it. Nothing has been written. */
export interface CheckResult extends Timed {
  /** How the host differs from the plug's plan; empty if the VIF is plugged. */
  readonly differences: readonly Change[];
  /** The path from the guest to its network, as far as this host can report. */
  readonly connection?: Connection;
}

/** The VIF carries traffic. */
export interface ReadyResult extends Timed {
  /** The port that carries the VIF's traffic; undefined if the VIF's back end has no port that reports readiness. */
  readonly port?: AwaitedPort;
}

/** The result of one of several requests: `ok` says whether it succeeded. */
export type Settled<T> = { readonly ok: true; readonly value: T } | Failure;

/** A request that failed. */
export interface Failure {
  readonly ok: false;
  /** The request's id or, if it has none, the VIF's; null if neither can be read. */
  readonly id: string | null;
  readonly error: VifError;
}
