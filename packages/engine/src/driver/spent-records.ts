import type { VifRecord } from '../run/inventory.js';
import type { Job } from '../run/job.js';
import type { RunningTask } from '../run/runner-queue.js';
import type { ChangingParts } from './plugging.js';

/**
 * The records whose VIFs an unplug would find nothing of, so that they are of no more use. A record stays if what is
 * there has lost its mark, if a vendor's tool may have bound something, or if none of this is known.
 */
export async function spentRecords(
  records: readonly VifRecord[],
  { engine, read, prepare }: ChangingParts,
  signal: AbortSignal,
): Promise<VifRecord[]> {
  const jobOf = async ({ request }: VifRecord): Promise<Job | undefined> => {
    try {
      return (await prepare(read(request), 'unplug', signal)).job;
    } catch {
      return undefined; // its plugin is gone, or it is of another release
    }
  };
  const jobs = await Promise.all(records.map(jobOf));
  const known = jobs.filter((job) => job !== undefined);
  const results = await engine.inspect(known, { signal, operation: 'unplug' });
  const spent = new Set(
    known.filter((_, i) => {
      const result = results[i];
      return result && 'value' in result && result.value.every(writesNothing);
    }),
  );
  return records.filter((_, i) => {
    const job = jobs[i];
    return job !== undefined && spent.has(job);
  });
}

function writesNothing({ inspection }: RunningTask): boolean {
  return inspection.differences.length === 0;
}
