import { asVifError } from '../errors/vif-error.js';
import { signalError, withinDeadline } from './deadline.js';
import type { JobState, Progress } from './job.js';
import type { StepRunner } from './runner.js';
import { runInWaves } from './waves.js';

/**
 * Milliseconds that a runner has to wind up once the signal fired: nothing is to be undone under its hands,
 * and it can tell what it got done.
 */
const GRACE = 1_000;

/** Whether a step that fails ends its job (plug), or the job goes on past it (unplug). */
export type OnFailure = 'stop' | 'continue';

/** Carries out what differs, and notes in each state what went wrong. */
export async function applyJobs(
  states: readonly JobState[],
  onFailure: OnFailure,
  signal: AbortSignal,
): Promise<void> {
  const queues = states.map((state) => ({
    tasks: state.tasks.filter(needsWrite),
    goesOn: () => {
      noteFailure(state);
      return onFailure === 'continue' || state.failures.length === 0;
    },
  }));
  await runInWaves(queues, (runner, tasks) => applyBatch(runner, tasks, signal));
  for (const state of states) noteFailure(state);
}

function needsWrite(task: Progress): boolean {
  return task.inspection.differences.length > 0 && !task.inspection.blocked;
}

async function applyBatch(
  runner: StepRunner,
  tasks: readonly Progress[],
  signal: AbortSignal,
): Promise<void> {
  try {
    if (signal.aborted) throw signalError(signal, 'changing the host');
    for (const task of tasks) task.attempted = true;
    const outcomes = await withinDeadline(runner.apply(tasks, signal), signal, 'changing the host', GRACE);
    for (const [i, task] of tasks.entries()) task.outcome = outcomes[i];
  } catch (error) {
    const failure = asVifError(error, 'PLUG_FAILED', 'The host could not be changed');
    for (const task of tasks) task.outcome = failure;
  }
}

function noteFailure(state: JobState): void {
  if (state.failures.length > 0) return;
  const failed = state.tasks.find((task) => task.outcome);
  if (failed?.outcome) state.failures.push({ error: failed.outcome, step: failed.step });
}
