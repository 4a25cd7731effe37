import type { Requirement } from '@vifkit/core';
import { withDeadline } from '@vifkit/core/time';
import type { Lack } from '@vifkit/host';
import type { Settings } from '../settings.js';

/** @throws VifError INVALID_OPTIONS for an endpoint that is none */
export async function examineThisHost(
  requirements: readonly Requirement[],
  { ovsdb, sysfsRoot, rootHelper, toolHelper, timeout }: Settings,
): Promise<(Lack | undefined)[]> {
  const { examineHost } = await import('@vifkit/host');
  return withDeadline(timeout, undefined, (signal) =>
    examineHost(requirements, { ovsdb, sysfsRoot, rootHelper, toolHelper }, signal),
  );
}
