import { asVifError, type Logger, type VifError } from '@vifkit/core';
import { stepTarget } from '@vifkit/core/steps';
import { OutdatedPlan, PlugError, UnplugError } from './errors.js';
import { inspectJob, type RunnerQueues, type StepFailure } from './inspect.js';
import type { VifRecord, VifRecords } from './inventory.js';
import { type Change, changeOf, type Job, type JobResult, type Success } from './job.js';
import type { LockedGroup } from './locks.js';
import { groupsOf, type RunningTask, tasksToWrite } from './runner-queue.js';
import { type SharedDependencies, UndoStack } from './undo-stack.js';

/** Jobs that run together, and what they share. */
export interface RunContext {
  readonly locks: LockedGroup;
  readonly queues: RunnerQueues;
  readonly dependencies: SharedDependencies;
  readonly logger: Logger;
  /** The records of VIFs. A VIF is plugged even if its record cannot be written. */
  readonly records: VifRecords | undefined;
  /** Milliseconds for undoing a job that failed. */
  readonly undoTimeout: number;
  /** See the options of the engine's call. */
  readonly plugged: ((job: Job, changes: readonly Change[]) => void) | undefined;
}

/**
 * Plugs a VIF, all or nothing: takes its locks, compares its steps with the host, and writes what differs. Never
 * rejects.
 */
export async function plugJob(
  job: Job,
  { locks, queues, dependencies, logger, records, undoTimeout, plugged }: RunContext,
): Promise<JobResult<Change[]>> {
  const { vifId, trace } = job;
  const undo = new UndoStack(job, dependencies, undoTimeout);
  let release = async () => {};
  try {
    release = await locks.take(job);
    if (await job.isOutdated?.()) {
      dependencies.settle(job, false);
      return { error: new OutdatedPlan('PLUG_FAILED', vifId) };
    }
    const { tasks, failures } = await inspectJob(job, 'plug', queues);
    let failure = failures[0] ?? tasks.map(refusalOf).find(Boolean);
    for (const group of groupsOf(tasksToWrite(tasks))) {
      if (failure) break;
      undo.push(group);
      await group[0]?.queue.apply(group);
      failure = group.map(failureOf).find(Boolean);
    }
    dependencies.settle(job, failure === undefined);
    if (failure) {
      const left = await undo.unwind();
      return { error: new PlugError(vifId, failure.error, failure.step, left, trace?.timeline()) };
    }
    const result = success(job, tasks, logger);
    plugged?.(job, result.value);
    if (job.record) warn(logger, vifId, await records?.put(recordAfter(job.record, tasks)));
    return result;
  } catch (error) {
    dependencies.settle(job, false);
    return { error: new PlugError(vifId, lockError(error), undefined, [], trace?.timeline()) };
  } finally {
    await release();
  }
}

/**
 * Unplugs a VIF: continues after a failed step, and reports all failures together. Never rejects.
 * @param ownership `gc` for what nobody needs any more: only what carries the mark of the VIF is removed
 */
export async function unplugJob(
  job: Job,
  { locks, queues, logger, records }: RunContext,
  ownership: 'unplug' | 'gc',
): Promise<JobResult<Change[]>> {
  const { vifId, trace } = job;
  let release = async () => {};
  try {
    release = await locks.take(job);
    if (await job.isOutdated?.()) return { error: new OutdatedPlan('UNPLUG_FAILED', vifId) };
    const { tasks, failures } = await inspectJob(job, ownership, queues);
    for (const group of groupsOf(tasksToWrite(tasks))) await group[0]?.queue.apply(group);
    const errors = new Set(failures.map(({ error }) => error)); // steps may share an error
    for (const { inspection, outcome } of tasks) {
      const error = inspection.blocked ?? outcome.error;
      if (error) errors.add(error);
    }
    if (errors.size > 0) return { error: new UnplugError(vifId, [...errors], trace?.timeline()) };
    if (!job.isPart) warn(logger, vifId, await records?.forget(vifId));
    return success(job, tasks, logger);
  } catch (error) {
    return { error: new UnplugError(vifId, [lockError(error)], trace?.timeline()) };
  } finally {
    await release();
  }
}

/** Logs why a record could not be written, or removed: lists of VIFs are not right then. */
function warn(logger: Logger, vif: string, error: VifError | undefined): void {
  if (error) logger.warn({ vif, code: error.code }, error.message);
}

/** The record of a plug; `changed` is set only if the plug wrote something. */
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

/** The result of a job that succeeded. Logs a debug line for each step, and a warning for each note. */
function success({ vifId }: Job, tasks: readonly RunningTask[], logger: Logger): Success<Change[]> {
  const changes: Change[] = [];
  for (const task of tasks) {
    const { kind } = task.step;
    // Not `name`: pino uses that for the logger's name.
    const fields = { vif: vifId, step: kind, target: stepTarget(task.step) };
    const change = task.attempted ? changeOf(task) : undefined;
    if (change) changes.push(change);
    logger.debug({ ...fields, differences: change?.differences ?? [] }, 'step');
    if (change?.note !== undefined) logger.warn(fields, change.note);
  }
  const left = tasks.flatMap((task) => task.left ?? []);
  return { value: changes, ...(left.length > 0 && { left }) };
}
