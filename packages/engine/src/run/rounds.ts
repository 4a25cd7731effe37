import { exclusiveKeys } from '@vifkit/core/internal';
import type { Job } from './job.js';

/**
 * Splits jobs so that a VIF comes up once a round, and a virtual function too: a second request for it must see
 * what the first did.
 */
export function rounds(jobs: readonly Job[]): Job[][] {
  const result: Job[][] = [];
  const next = new Map<string, number>();
  for (const job of jobs) {
    const keys = exclusiveKeys(job.vifId, job.plan);
    const round = Math.max(...keys.map((key) => next.get(key) ?? 0));
    for (const key of keys) next.set(key, round + 1);
    result[round] ??= [];
    result[round].push(job);
  }
  return result;
}
