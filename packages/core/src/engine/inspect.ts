import { asVifError, VifError } from '../errors/vif-error.js';
import { stepTarget } from '../plan/step-target.js';
import type { Step } from '../plan/steps.js';
import { withinDeadline } from './deadline.js';
import type { Job, JobState } from './job.js';
import type { Inspection, StepRunner } from './runner.js';
import { taskTitle } from './task-title.js';

interface Slot {
  readonly state: JobState;
  readonly index: number;
  readonly step: Step;
}

/**
 * Compares every step of every job with the host: one batch a runner, all runners side by side. A runner
 * that cannot read fails the jobs that have steps for it, and no others. Runners that take steps one by one run
 * vendors' code, which may hang: it is waited for by the job's own `inspected`, and not here.
 */
export async function inspectJobs(
  jobs: readonly Job[],
  runnerOf: (step: Step) => StepRunner | undefined,
  signal: AbortSignal,
): Promise<JobState[]> {
  const states = jobs.map(
    (job): JobState => ({ job, tasks: [], failures: [], inspected: Promise.resolve() }),
  );
  const batches = new Map<StepRunner, Slot[]>();
  const alone = new Map<JobState, Promise<void>[]>();
  for (const state of states) {
    for (const [index, step] of state.job.plan.entries()) {
      const slot = { state, index, step };
      const runner = runnerOf(step);
      if (!runner) {
        const error = new VifError('NO_RUNNER', `This host cannot run '${step.kind}' steps`);
        state.failures.push({ error, step });
      } else if (runner.oneByOne) append(alone, state, inspectBatch(runner, [slot], signal));
      else append(batches, runner, slot);
    }
  }
  const together = Promise.all([...batches].map(([runner, slots]) => inspectBatch(runner, slots, signal)));
  for (const state of states) {
    state.inspected = Promise.all([together, ...(alone.get(state) ?? [])]).then(() => complete(state));
  }
  await together;
  return states;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

async function inspectBatch(runner: StepRunner, slots: readonly Slot[], signal: AbortSignal): Promise<void> {
  const steps = slots.map(({ step }) => step);
  const vifIds = slots.map(({ state }) => state.job.vifId);
  const titles = slots.map(({ step, state }) => taskTitle({ step, owner: state.job.owner }));
  const doing = runner.oneByOne ? `comparing ${titles} with the host` : 'reading the host';
  try {
    const inspections = await withinDeadline(runner.inspect(steps, signal, vifIds), signal, doing);
    for (const [i, { state, index, step }] of slots.entries()) {
      const inspection = inspections[i] ?? { differences: [] };
      const { vifId, owner } = state.job;
      state.tasks[index] = { step, vifId, owner, inspection, runner, attempted: false, outcome: undefined };
    }
  } catch (error) {
    const failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
    for (const { state, step } of slots) state.failures.push({ error: failure, step });
  }
}

function complete(state: JobState): void {
  state.tasks = state.tasks.flat(); // closes the gaps of steps that could not be read
  applyConditions(state);
}

/** A command tied to a link's creation is not run, or not taken back, where the link already is. */
function applyConditions(state: JobState): void {
  const created = new Set(
    state.tasks.filter((task) => task.inspection.creates).map((task) => stepTarget(task.step)),
  );
  state.tasks = state.tasks.map((task) => {
    if (task.step.kind !== 'command') return task;
    const { whenCreated, undoWhenCreated, undo, ...rest } = task.step;
    const isLeft = whenCreated !== undefined && !created.has(whenCreated);
    const isKept = undoWhenCreated !== undefined && !created.has(undoWhenCreated);
    const inspection: Inspection = isLeft ? { ...task.inspection, differences: [] } : task.inspection;
    return { ...task, inspection, step: isKept ? rest : task.step };
  });
}
