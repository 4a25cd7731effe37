import { asVifError, VifError } from '../errors/vif-error.js';
import { stepTarget } from '../plan/step-target.js';
import type { Step } from '../plan/steps.js';
import { withinDeadline } from '../time/deadline.js';
import type { Job, JobState } from './job.js';
import { type OwnershipOperation, settleOwnership } from './ownership.js';
import type { Inspection, StepRunner } from './runner.js';
import { taskTitle } from './task-title.js';
import { startBatch, type Trace } from './timeline.js';

interface Slot {
  readonly state: JobState;
  readonly index: number;
  readonly step: Step;
  readonly trace: Trace | undefined;
}

/**
 * Compares every step of every job with the host: one batch a runner, all runners side by side. A runner that cannot
 * read, or not yet, holds up the jobs that have steps for it, and no others. So does a step of a runner that takes
 * them one by one, which runs a vendor's code: it is a batch by itself.
 */
export function inspectJobs(
  jobs: readonly Job[],
  operation: OwnershipOperation,
  runnerOf: (step: Step) => StepRunner | undefined,
  signal: AbortSignal,
): JobState[] {
  const states = jobs.map(
    (job): JobState => ({ job, tasks: [], failures: [], inspected: Promise.resolve() }),
  );
  const batches = new Map<StepRunner, Slot[]>();
  const awaited = new Map<JobState, Set<Promise<void>>>(states.map((state) => [state, new Set()]));
  const inspect = (runner: StepRunner, slots: readonly Slot[]) => {
    const batch = inspectBatch(runner, slots, operation, signal);
    for (const { state } of slots) awaited.get(state)?.add(batch);
  };
  for (const state of states) {
    for (const [index, step] of state.job.plan.entries()) {
      const slot = { state, index, step, trace: state.job.trace };
      const runner = runnerOf(step);
      if (!runner) {
        const error = new VifError('NO_RUNNER', `This host cannot run '${step.kind}' steps`);
        state.failures.push({ error, step });
      } else if (runner.oneByOne) inspect(runner, [slot]);
      else append(batches, runner, slot);
    }
  }
  for (const [runner, slots] of batches) inspect(runner, slots);
  for (const [state, own] of awaited) state.inspected = Promise.all(own).then(() => complete(state));
  return states;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

async function inspectBatch(
  runner: StepRunner,
  slots: readonly Slot[],
  operation: OwnershipOperation,
  signal: AbortSignal,
): Promise<void> {
  const steps = slots.map(({ step }) => step);
  const vifIds = slots.map(({ state }) => state.job.vifId);
  const titles = slots.map(({ step, state }) => taskTitle({ step, owner: state.job.owner }));
  const doing = runner.oneByOne ? `comparing ${titles} with the host` : 'reading the host';
  const endBatch = startBatch('inspect', slots, runner);
  try {
    const inspections = await withinDeadline(runner.inspect(steps, signal, vifIds), signal, doing);
    for (const [i, { state, index, step, trace }] of slots.entries()) {
      const { vifId, owner } = state.job;
      const settled = settleOwnership(step, vifId, operation, inspections[i] ?? { differences: [] });
      const progress = { runner, attempted: false, outcome: undefined };
      state.tasks[index] = { step, vifId, owner, trace, ...settled, ...progress };
    }
  } catch (error) {
    const failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
    for (const { state, step } of slots) state.failures.push({ error: failure, step });
  } finally {
    endBatch();
  }
}

function complete(state: JobState): void {
  state.tasks = state.tasks.flat(); // closes the gaps of steps that could not be read
  applyConditions(state);
}

/**
 * A command tied to a link's creation is not run, or not taken back, where the link already is. A link that goes with
 * something that is left alone is left alone, too.
 */
function applyConditions(state: JobState): void {
  const others = new Set(
    state.tasks
      .filter(({ left, inspection }) => left ?? inspection.isLost)
      .map((task) => stepTarget(task.step)),
  );
  const created = new Set(
    state.tasks.filter((task) => task.inspection.creates).map((task) => stepTarget(task.step)),
  );
  state.tasks = state.tasks.map((task) => {
    if (task.step.kind === 'link' && others.has(task.step.goesWith ?? '')) {
      return { ...task, inspection: { differences: [] } };
    }
    if (task.step.kind !== 'command') return task;
    const { whenCreated, undoWhenCreated, undo, ...rest } = task.step;
    const isLeft = whenCreated !== undefined && !created.has(whenCreated);
    const isKept = undoWhenCreated !== undefined && !created.has(undoWhenCreated);
    const inspection: Inspection = isLeft ? { ...task.inspection, differences: [] } : task.inspection;
    return { ...task, inspection, step: isKept ? rest : task.step };
  });
}
