import { VifError } from '@vifkit/core';
import type { Timeline } from '../run/timeline.js';

/** Steps of an unplug failed; all the others were carried out. `cause` is the first failure. */
export class UnplugError extends VifError {
  override readonly name = 'UnplugError';

  constructor(
    vifId: string,
    readonly failures: readonly VifError[],
    /** Where the time went; empty for an unplug that was no request's. */
    readonly timeline: Timeline = [],
  ) {
    const reasons = failures.map((failure) => failure.message).join('; ');
    super('UNPLUG_FAILED', `Unplugging VIF ${vifId} left something behind: ${reasons}`, {
      vifId,
      cause: failures[0],
    });
  }
}
