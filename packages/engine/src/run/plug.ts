import { asVifError, type Logger, type VifError } from '@vifkit/core';
import { stepTarget } from '@vifkit/core/steps';
import { PlugError, UnplugError } from './errors.js';
import { type Crew, inspectJob, type StepFailure } from './inspect.js';
import type { VifRecord, VifRecords } from './inventory.js';
import { type Change, type Job, type JobResult, writingOf } from './job.js';
import type { LockedGroup } from './locks.js';
import { groupsOf, type RunningTask, writing } from './runner-queue.js';
import { type Reliance, UndoStack } from './undo-stack.js';

/** Jobs that run together, and what they share. */
export interface Together {
  readonly locks: LockedGroup;
  readonly crew: Crew;
  readonly reliance: Reliance;
  readonly logger: Logger;
  /** What is remembered of VIFs; a VIF is plugged whether that can be noted or not. */
  readonly records: VifRecords | undefined;
  /** Milliseconds for undoing a job that failed. */
  readonly undoTimeout: number;
}

/** Plugs a VIF, all or nothing: takes its locks, compares its steps with the host, and writes what differs. Never rejects. */
export async function plugJob(
  job: Job,
  { locks, crew, reliance, logger, records, undoTimeout }: Together,
): Promise<JobResult<Change[]>> {
  const { vifId, trace } = job;
  const undo = new UndoStack(job, reliance, undoTimeout);
  let release = async () => {};
  try {
    release = await locks.take(job);
    const { tasks, failures } = await inspectJob(job, 'plug', crew);
    let failure = failures[0] ?? tasks.map(refusalOf).find(Boolean);
    for (const group of groupsOf(writing(tasks))) {
      if (failure) break;
      undo.push(group);
      await group[0]?.queue.apply(group);
      failure = group.map(failureOf).find(Boolean);
    }
    reliance.settle(job, failure === undefined);
    if (failure) {
      const left = await undo.unwind();
      return { error: new PlugError(vifId, failure.error, failure.step, left, trace?.timeline()) };
    }
    if (job.record) await records?.put(recordAfter(job.record, tasks));
    return success(job, tasks, logger);
  } catch (error) {
    reliance.settle(job, false);
    return { error: new PlugError(vifId, lockError(error), undefined, [], trace?.timeline()) };
  } finally {
    await release();
  }
}

/**
 * Unplugs a VIF: goes on past what fails, and reports all failures together. Never rejects.
 * @param ownership `gc` for what nobody asks for any more: only what carries the mark of the VIF goes
 */
export async function unplugJob(
  job: Job,
  { locks, crew, logger, records }: Together,
  ownership: 'unplug' | 'gc',
): Promise<JobResult<Change[]>> {
  const { vifId, trace } = job;
  let release = async () => {};
  try {
    release = await locks.take(job);
    const { tasks, failures } = await inspectJob(job, ownership, crew);
    for (const group of groupsOf(writing(tasks))) await group[0]?.queue.apply(group);
    const errors = new Set(failures.map(({ error }) => error)); // steps may share one
    for (const { inspection, outcome } of tasks) {
      const error = inspection.blocked ?? outcome.error;
      if (error) errors.add(error);
    }
    if (errors.size > 0) return { error: new UnplugError(vifId, [...errors], trace?.timeline()) };
    if (!job.isPart) await records?.forget(vifId);
    return success(job, tasks, logger);
  } catch (error) {
    return { error: new UnplugError(vifId, [lockError(error)], trace?.timeline()) };
  } finally {
    await release();
  }
}

/** `changed` is for a plug that wrote. */
function recordAfter({ changed, ...record }: VifRecord, tasks: readonly RunningTask[]): VifRecord {
  const hasWritten = tasks.some(({ attempted }) => attempted);
  return { ...record, ...(hasWritten && changed !== undefined && { changed }) };
}

function refusalOf({ step, inspection }: RunningTask): StepFailure | undefined {
  return inspection.blocked && { error: inspection.blocked, step };
}

function failureOf({ step, outcome }: RunningTask): StepFailure | undefined {
  return outcome.error && { error: outcome.error, step };
}

function lockError(error: unknown): VifError {
  return asVifError(error, 'PLUG_FAILED', 'The locks of the call could not be taken');
}

/** How a job ended that went well, with a debug line for each step; what one should know of a step is a warning. */
function success({ vifId }: Job, tasks: readonly RunningTask[], logger: Logger): JobResult<Change[]> {
  const changes: Change[] = [];
  for (const task of tasks) {
    const { kind } = task.step;
    // Not `name`: that is what pino calls the logger.
    const fields = { vif: vifId, step: kind, target: stepTarget(task.step) };
    const change = task.attempted ? writingOf(task) : undefined;
    if (change) changes.push(change);
    logger.debug({ ...fields, differences: change?.differences ?? [] }, 'step');
    if (change?.note !== undefined) logger.warn(fields, change.note);
  }
  const left = tasks.flatMap((task) => task.left ?? []);
  return { value: changes, ...(left.length > 0 && { left }) };
}
