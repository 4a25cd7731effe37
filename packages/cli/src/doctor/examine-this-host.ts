import type { Requirement } from '@vifkit/core';
import type { Lack } from '@vifkit/host';
import type { Settings } from '../settings.js';

/** @throws VifError INVALID_OPTIONS for an endpoint that is none */
export async function examineThisHost(
  requirements: readonly Requirement[],
  { ovsdb, sysfsRoot, rootHelper, toolHelper, timeout }: Settings,
): Promise<(Lack | undefined)[]> {
  const { examineHost } = await import('@vifkit/host');
  return examineHost(
    requirements,
    { ovsdb, sysfsRoot, rootHelper, toolHelper },
    AbortSignal.timeout(timeout),
  );
}
