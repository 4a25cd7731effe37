import type { Step } from '@vifkit/core';
import { asVifError, stepTarget, VifError } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';
import type { StepRunner, Stray } from '@vifkit/core/steps';
import { withinDeadline } from '../time/deadline.js';
import type { Job, JobState, Progress } from './job.js';
import { type OwnershipOperation, settleOwnership } from './ownership.js';
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
  runners: ReadonlyMap<Step['kind'], StepRunner>,
  signal: AbortSignal,
): JobState[] {
  const states = jobs.map(
    (job): JobState => ({ job, tasks: [], strays: [], failures: [], inspected: Promise.resolve() }),
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
      const runner = runners.get(step.kind);
      if (!runner) {
        const error = new VifError('NO_RUNNER', `This host cannot run '${step.kind}' steps`);
        state.failures.push({ error, step });
      } else if (runner.oneByOne) inspect(runner, [slot]);
      else append(batches, runner, slot);
    }
  }
  for (const [runner, slots] of batches) inspect(runner, slots);
  if (operation !== 'gc') {
    for (const runner of new Set(runners.values())) {
      const finding = findStrays(runner, states, signal);
      for (const own of awaited.values()) own.add(finding);
    }
  }
  for (const [state, own] of awaited) {
    state.inspected = Promise.all(own).then(() => complete(state, operation));
  }
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
  const steps = slots.map(({ step, state }) => ({ step, vifId: state.job.vifId }));
  const titles = slots.map(({ step, state }) => taskTitle({ step, owner: state.job.owner }));
  const doing = runner.oneByOne ? `comparing ${titles} with the host` : 'reading the host';
  const endBatch = startBatch('inspect', slots, runner);
  try {
    const inspections = await withinDeadline(runner.inspect(steps, signal), signal, doing);
    for (const [i, { state, index, step, trace }] of slots.entries()) {
      const { vifId, owner } = state.job;
      const settled = settleOwnership(step, vifId, operation, inspections[i] ?? { differences: [] });
      const progress = { runner, attempted: false, outcome: {} };
      const { change } = settled.inspection;
      state.tasks[index] = { step, vifId, owner, trace, change, ...settled, ...progress };
    }
  } catch (error) {
    const failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
    for (const { state, step } of slots) state.failures.push({ error: failure, step });
  } finally {
    endBatch();
  }
}

function complete(state: JobState, operation: OwnershipOperation): void {
  state.tasks = state.tasks.flat(); // closes the gaps of steps that could not be read
  applyConditions(state);
  addStrays(state, operation);
}

/** A VIF is plugged in one way, and unplugged in all: what is left of another goes beside the step that it was found with, or in the end. */
function addStrays(state: JobState, operation: OwnershipOperation): void {
  const { vifId, owner, trace } = state.job;
  const task = (runner: StepRunner, { step, inspection }: Stray<unknown, Step>): Progress => {
    const settled = settleOwnership(step, vifId, operation, inspection);
    const { change } = settled.inspection;
    return { step, vifId, owner, trace, change, ...settled, runner, attempted: false, outcome: {} };
  };
  state.tasks = [
    ...state.tasks.flatMap((found) => [
      found,
      ...(found.inspection.strays ?? []).map((stray) => task(found.runner, stray)),
    ]),
    ...state.strays.map(({ runner, stray }) => task(runner, stray)),
  ];
}

async function findStrays(
  runner: StepRunner,
  states: readonly JobState[],
  signal: AbortSignal,
): Promise<void> {
  if (!runner.findStrays) return;
  const vifs = states.map(({ job }) => job);
  try {
    const found = await withinDeadline(runner.findStrays(vifs, signal), signal, 'reading the host');
    for (const [i, state] of states.entries()) {
      state.strays.push(...(found[i] ?? []).map((stray) => ({ runner, stray })));
    }
  } catch (error) {
    const failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
    for (const { job, failures } of states) {
      const [step] = job.plan;
      if (step) failures.push({ error: failure, step });
    }
  }
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
    const { goesWith, ifCreated } = stepKindOf(task.step);
    if (others.has(goesWith?.(task.step) ?? '')) {
      return { ...task, change: undefined, inspection: { differences: [] } };
    }
    const { apply, undo } = ifCreated?.(task.step) ?? {};
    const isLeft = apply !== undefined && !created.has(apply);
    const stays = undo !== undefined && !created.has(undo);
    const { change: _, ...inspection } = task.inspection;
    const left = isLeft && { change: undefined, inspection: { ...inspection, differences: [] } };
    return { ...task, stays, ...left };
  });
}
