import { asVifError, isVifError, type VifError } from '@vifkit/core';
import type { Owned, Reach, StepRunner } from '@vifkit/core/steps';
import { withinDeadline } from '../time/deadline.js';

/** What carries our mark, and why something could not be looked for. */
export interface Findings {
  readonly owned: readonly Owned[];
  readonly failures: readonly VifError[];
}

/** Asks all runners side by side. One that cannot read keeps none of the others from it. */
export async function findOwned(
  runners: Iterable<StepRunner>,
  signal: AbortSignal,
  reach: Reach = 'all',
  vifIds?: readonly string[],
): Promise<Findings> {
  const found = await Promise.all([...runners].map((runner) => askRunner(runner, signal, reach, vifIds)));
  const all = found.flat();
  return {
    owned: all.filter((each): each is Owned => !isVifError(each)),
    failures: all.filter((each) => isVifError(each)),
  };
}

async function askRunner(
  runner: StepRunner,
  signal: AbortSignal,
  reach: Reach,
  vifIds: readonly string[] | undefined,
): Promise<readonly (Owned | VifError)[]> {
  try {
    return (
      (await withinDeadline(runner.findOwned?.(signal, reach, vifIds) ?? none, signal, 'reading the host')) ??
      []
    );
  } catch (error) {
    return [asVifError(error, 'CHECK_FAILED', 'The host could not be read')];
  }
}

const none: Promise<readonly Owned[]> = Promise.resolve([]);
