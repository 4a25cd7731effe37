import { type OptionRules, optionRules } from '@vifkit/core/internal';
import { type BatchOptions, batchOptionRules, oneOf } from './batch-options.js';
import { type CallTimes, readCallOptions } from './call-options.js';
import type { ChangeResult } from './results.js';

/** How an unplug goes. */
export interface UnplugOptions extends BatchOptions<ChangeResult> {
  /** Unplug what a guest still uses, too: it is cut off. Without it such a VIF is refused with VIF_IN_USE. */
  readonly force?: boolean | undefined;
  /** The part of a live migration that it is, on its source: see {@link MigrationPhase}. */
  readonly phase?: 'deactivate' | 'release' | undefined;
}

/** @throws VifError INVALID_OPTIONS */
export function readUnplugOptions(options: UnplugOptions | undefined): CallTimes<UnplugOptions> {
  const rules: OptionRules<UnplugOptions> = {
    ...batchOptionRules(),
    force: optionRules.flag,
    phase: oneOf('deactivate', 'release'),
  };
  return readCallOptions(options, 'the call', rules);
}
