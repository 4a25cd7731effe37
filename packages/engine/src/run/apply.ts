import { asVifError } from '@vifkit/core';
import type { StepRunner } from '@vifkit/core/steps';
import { signalError, withinDeadline } from '../time/deadline.js';
import { Dispatcher } from './dispatcher.js';
import type { JobState, Progress } from './job.js';
import { taskTitle } from './task-title.js';
import { startBatch } from './timeline.js';

/**
 * Milliseconds that a runner has to wind up once the signal fired: nothing is to be undone under its hands,
 * and it can tell what it got done.
 */
const GRACE = 800;

/** Whether a step that fails ends its job (plug), or the job goes on past it (unplug). */
export type OnFailure = 'stop' | 'continue';

/**
 * Carries out what differs, job by job, and notes in each state what went wrong. Jobs that are begun together, or
 * while a runner is busy, share its batches.
 */
export function applier(onFailure: OnFailure, signal: AbortSignal): (state: JobState) => Promise<void> {
  const dispatcher = new Dispatcher((runner, tasks) => applyBatch(runner, tasks, signal));
  return async (state) => {
    await state.inspected;
    if (onFailure === 'stop') refuseBlocked(state);
    await dispatcher.workOff(state.tasks.filter(needsWrite), () => {
      noteFailure(state);
      return onFailure === 'continue' || state.failures.length === 0;
    });
    noteFailure(state);
  };
}

function refuseBlocked({ tasks, failures }: JobState): void {
  const task = tasks.find(({ inspection }) => inspection.blocked);
  if (task?.inspection.blocked) failures.push({ error: task.inspection.blocked, step: task.step });
}

function needsWrite(task: Progress): boolean {
  return task.change !== undefined && !task.inspection.blocked;
}

async function applyBatch(
  runner: StepRunner,
  tasks: readonly Progress[],
  signal: AbortSignal,
): Promise<void> {
  const doing = runner.oneByOne ? `waiting for ${tasks.map(taskTitle)}` : 'changing the host';
  const endBatch = startBatch('apply', tasks, runner);
  try {
    if (signal.aborted) throw signalError(signal, doing);
    for (const task of tasks) task.attempted = true;
    const outcomes = await withinDeadline(runner.apply(tasks, signal), signal, doing, GRACE);
    for (const [i, task] of tasks.entries()) task.outcome = outcomes[i] ?? {};
  } catch (error) {
    const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be changed');
    for (const task of tasks) task.outcome = { error: failure };
  } finally {
    endBatch();
  }
}

function noteFailure(state: JobState): void {
  if (state.failures.length > 0) return;
  const failed = state.tasks.find((task) => task.outcome.error);
  if (failed?.outcome.error) state.failures.push({ error: failed.outcome.error, step: failed.step });
}
