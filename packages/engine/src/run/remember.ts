import type { VifRecords } from './inventory.js';
import type { Job, JobResult } from './job.js';
import type { Operation } from './operation.js';

/**
 * Notes that a VIF is plugged as its job says, or that it is no more, while the job's locks are held. A VIF is plugged
 * whether that can be noted or not.
 */
export async function remember<T>(
  records: VifRecords | undefined,
  { name }: Operation,
  { vifId, record }: Job,
  result: JobResult<T>,
): Promise<JobResult<T>> {
  if (!records || 'error' in result) return result;
  if (name === 'unplug') await records.forget(vifId);
  else if (record) await records.put(record);
  return result;
}
