import type { Requirement } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import type { Lack } from '@vifkit/host';
import { hostOptions } from '../host-options.js';
import type { Settings } from '../settings.js';

/** @throws VifError INVALID_OPTIONS for an endpoint that is none, or an `ssl:` one without a CA */
export async function examineThisHost(
  requirements: readonly Requirement[],
  settings: Settings,
): Promise<(Lack | undefined)[]> {
  const { examineHost } = await import('@vifkit/host');
  return withDeadline(settings.timeout, undefined, (signal) =>
    examineHost(requirements, hostOptions(settings), signal),
  );
}
