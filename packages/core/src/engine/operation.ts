import type { VifError } from '../errors/vif-error.js';
import type { Change, JobResult, JobState } from './job.js';

/** What a call does with jobs: one of them for each VIF, compared with the host, and their locks held. */
export interface Operation {
  /** @param undoPatience milliseconds for undoing a batch of steps, once the signal has fired too */
  run(states: readonly JobState[], signal: AbortSignal, undoPatience: number): Promise<JobResult<Change[]>[]>;
  /** The error of a job that could not be begun. */
  refuse(vifId: string, cause: VifError): VifError;
}
