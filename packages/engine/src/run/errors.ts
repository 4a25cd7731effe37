import { VifError } from '@vifkit/core';
import { type Step, stepTarget } from '@vifkit/core/steps';
import type { Timeline } from './timeline.js';

/** A plug failed, and the steps that it had carried out were undone. `cause` is the first error. */
export class PlugError extends VifError<'PLUG_FAILED'> {
  override readonly name = 'PlugError';

  constructor(
    vifId: string,
    override readonly cause: VifError,
    /** The step that failed; undefined if the failure came before any step. */
    readonly step: Step | undefined,
    /** What could not be undone; empty if the host is as before. */
    readonly undoFailures: readonly VifError[],
    /** Where the time went; empty for a plug that did not come from a request. */
    readonly timeline: Timeline = [],
  ) {
    const where = step ? ` at ${step.kind} ${stepTarget(step)}` : '';
    const rest =
      undoFailures.length === 0
        ? 'the host is as before'
        : `and ${undoFailures.length} step(s) could not be undone: ${undoFailures.map((e) => e.message).join('; ')}`;
    super('PLUG_FAILED', `Plugging VIF ${vifId} failed${where}: ${cause.message} (${rest})`, {
      vifId,
      cause,
    });
  }
}

/** Steps of an unplug failed; all the others were carried out. `cause` is the first failure. */
export class UnplugError extends VifError<'UNPLUG_FAILED'> {
  override readonly name = 'UnplugError';

  constructor(
    vifId: string,
    readonly failures: readonly VifError[],
    /** Where the time went; empty for an unplug that did not come from a request. */
    readonly timeline: Timeline = [],
  ) {
    const reasons = failures.map((failure) => failure.message).join('; ');
    super('UNPLUG_FAILED', `Unplugging VIF ${vifId} left something behind: ${reasons}`, {
      vifId,
      cause: failures[0],
    });
  }
}

/**
 * A plan was not run, because the VIF was plugged by another request while the plan waited for its locks: it has to be
 * made anew.
 */
export class OutdatedPlan extends VifError<'PLUG_FAILED' | 'UNPLUG_FAILED'> {
  constructor(code: 'PLUG_FAILED' | 'UNPLUG_FAILED', vifId: string) {
    const text = `VIF ${vifId} was plugged by another request in the meantime; try again`;
    super(code, text, { vifId });
  }
}

declare module '@vifkit/core' {
  interface ErrorsByCode {
    PLUG_FAILED: PlugError;
    UNPLUG_FAILED: UnplugError;
  }
}
