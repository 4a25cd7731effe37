import { VifError } from '@vifkit/core';
import { reasonOf } from '@vifkit/core/internal';
import { type ConformanceOptions, conformanceCases } from './cases.js';
import { Look } from './look.js';

/** The result of a promise. */
export interface Kept {
  readonly subject: string;
  readonly promise: string;
  readonly says: string;
  readonly outcome: 'kept' | 'broken' | 'not applicable';
  /** Why it is broken, or not applicable. */
  readonly reason?: string;
}

/** Checks all promises, one after the other, without a test runner. */
export async function* runConformance(
  all: ConformanceOptions | readonly ConformanceOptions[],
): AsyncGenerator<Kept> {
  const list: readonly ConformanceOptions[] = Array.isArray(all) ? all : [all];
  const cases = [];
  for (const each of list) cases.push(...(await conformanceCases(each)));
  for (const { subject, promise, says, inapplicable, run } of cases) {
    const result = { subject, promise, says };
    if (inapplicable !== undefined) {
      yield { ...result, outcome: 'not applicable', reason: inapplicable };
      continue;
    }
    const look = new Look();
    try {
      await run(look);
      look.end();
      yield { ...result, outcome: 'kept' };
    } catch (error) {
      yield { ...result, outcome: 'broken', reason: reasonOf(error) };
    }
  }
}

/** A badge in the format of shields.io's endpoints and compatible services. */
export interface Badge {
  readonly schemaVersion: 1;
  readonly label: string;
  readonly message: string;
  readonly color: 'brightgreen' | 'red';
}

/**
 * The badge of a run: green once every promise that applies is kept.
 * @throws VifError INVALID_OPTIONS for results that are not a list
 */
export function badgeOf(results: readonly Kept[], contract: number): Badge {
  if (!Array.isArray(results)) {
    throw new VifError(
      'INVALID_OPTIONS',
      'A badge is made of a list of results, as runConformance yields them',
    );
  }
  const counted = results.filter(({ outcome }) => outcome !== 'not applicable');
  const kept = counted.filter(({ outcome }) => outcome === 'kept');
  const message = `${kept.length} of ${counted.length} promises, contract ${contract}`;
  const isGood = counted.length > 0 && kept.length === counted.length;
  return { schemaVersion: 1, label: 'vifkit', message, color: isGood ? 'brightgreen' : 'red' };
}
