import type { Job } from './job.js';

/** Splits jobs so that a VIF comes up once a round: a second request for it must see what the first did. */
export function rounds(jobs: readonly Job[]): Job[][] {
  const result: Job[][] = [];
  const seen = new Map<string, number>();
  for (const job of jobs) {
    const round = seen.get(job.vifId) ?? 0;
    seen.set(job.vifId, round + 1);
    result[round] ??= [];
    result[round].push(job);
  }
  return result;
}
