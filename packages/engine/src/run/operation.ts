import type { VifError } from '@vifkit/core';
import type { Change, Job, JobResult, JobState } from './job.js';

/** What a call does with jobs: one of them for each VIF, and their locks held. */
export interface Operation {
  readonly name: 'plug' | 'unplug';
  /**
   * Answers with what brings one of the jobs to its end; it is called for each of them, and never rejects.
   * @param undoTimeout milliseconds for undoing a job that failed, once the signal has fired too
   */
  begin(
    states: readonly JobState[],
    signal: AbortSignal,
    undoTimeout: number,
  ): (state: JobState) => Promise<JobResult<Change[]>>;
  /** The error of a job that could not be begun. */
  refuse(job: Job, cause: VifError): VifError;
}
