import { asVifError, isVifError, VifError } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';
import type { Inspection, Owned, Reach, StepRunner, Stray } from '@vifkit/core/step-kinds';
import { type Step, stepTarget } from '@vifkit/core/steps';
import { withinDeadline } from '../time/deadline.js';
import type { Job } from './job.js';
import { type OwnershipOperation, settleOwnership } from './ownership.js';
import { RunnerQueue, type RunningTask } from './runner-queue.js';

/** The runners of a host by step kind, as shared by the jobs that run together. */
export class RunnerQueues {
  readonly #runners: ReadonlyMap<Step['kind'], StepRunner>;
  readonly #signal: AbortSignal;
  readonly #queues = new Map<StepRunner, RunnerQueue>();

  constructor(runners: ReadonlyMap<Step['kind'], StepRunner>, signal: AbortSignal) {
    this.#runners = runners;
    this.#signal = signal;
  }

  queueOf({ kind }: Step): RunnerQueue | undefined {
    const runner = this.#runners.get(kind);
    return runner && this.#queueFor(runner);
  }

  /** Those that can search for things that no step of a plan concerns. */
  get searchers(): RunnerQueue[] {
    const runners = new Set(this.#runners.values());
    return [...runners].flatMap((each) => (each.findStrays ? [this.#queueFor(each)] : []));
  }

  #queueFor(runner: StepRunner): RunnerQueue {
    const queue = this.#queues.get(runner) ?? new RunnerQueue(runner, this.#signal);
    this.#queues.set(runner, queue);
    return queue;
  }
}

/** Why a job cannot continue, and the step that failed. */
export interface StepFailure {
  readonly error: VifError;
  readonly step: Step;
}

/** The result of comparing a job's steps with the host. */
export interface Inspected {
  /**
   * The steps that could be compared, in the order of the plan, and then whatever else was found of the VIF, which is
   * removed.
   */
  readonly tasks: readonly RunningTask[];
  readonly failures: readonly StepFailure[];
}

/**
 * Compares every step of a job with the host, all runners concurrently, and decides what to do about each. A runner
 * that cannot read fails only the jobs that have steps for it. Never rejects.
 */
export async function inspectJob(
  job: Job,
  operation: OwnershipOperation,
  queues: RunnerQueues,
): Promise<Inspected> {
  const compare = async (step: Step): Promise<RunningTask | StepFailure> => {
    const queue = queues.queueOf(step);
    if (!queue) return { error: noRunner(step), step };
    const reading = await queue.inspect(job, step, operation === 'plug');
    return 'error' in reading
      ? { error: reading.error, step }
      : taskOf(job, step, reading.value, queue, operation);
  };
  // A VIF is plugged in one form, and unplugged in all of them: what it has of another form is removed.
  const removals = (queue: RunnerQueue, strays: readonly Stray<unknown, Step>[]) =>
    strays.map(({ step, inspection }) => taskOf(job, step, inspection, queue, operation));
  const search = async (queue: RunnerQueue): Promise<(RunningTask | StepFailure)[]> => {
    const found = await queue.findStrays(job);
    if ('value' in found) return removals(queue, found.value);
    return job.plan.slice(0, 1).map((step) => ({ error: found.error, step }));
  };
  // A gc job already has a step for each thing that carries the mark.
  const searchers = operation === 'gc' || job.isPart ? [] : queues.searchers;
  const searches = Promise.all(searchers.map(search));
  const compared = await Promise.all(job.plan.map(compare));
  const searched = (await searches).flat();
  const planned = withConditions(compared.filter((each) => 'queue' in each));
  const tasks = planned.flatMap((task) => [task, ...removals(task.queue, task.inspection.strays ?? [])]);
  const strays = searched.filter((each) => 'queue' in each);
  // A link that is still a port has the MTU that ovs-vswitchd gives it, whatever a step of the plug sets.
  const isFirst = ({ step, queue }: RunningTask) =>
    operation === 'plug' &&
    planned.some((task) => task.queue !== queue && stepTarget(task.step) === stepTarget(step));
  const isFormer = ({ step }: RunningTask) => job.former?.has(step) ?? false;
  const last = [...tasks.filter(isFormer), ...strays.filter((stray) => !isFirst(stray))];
  const ordered = [
    ...strays.filter(isFirst),
    ...tasks.filter((task) => !isFormer(task)),
    // A link that is removed and restored is not quite the same: nothing that may fail comes after it.
    ...(operation === 'plug' ? last.map((task) => ({ ...task, isLast: true })) : last),
  ];
  return { tasks: ordered, failures: [...compared, ...searched].filter((each) => 'error' in each) };
}

function taskOf(
  { vifId, owner, trace }: Job,
  step: Step,
  inspection: Inspection<unknown, Step>,
  queue: RunnerQueue,
  operation: OwnershipOperation,
): RunningTask {
  const settled = settleOwnership(step, vifId, operation, inspection);
  const { change } = settled.inspection;
  const isOfPlug = operation === 'plug';
  return { step, vifId, isOfPlug, owner, trace, queue, change, ...settled, attempted: false, outcome: {} };
}

function noRunner({ kind }: Step): VifError {
  const remedy = kind.includes(':')
    ? 'add one to `runners` of the package that defines them'
    : 'give the driver a host that has one';
  return new VifError('NO_RUNNER', `There is no runner for '${kind}' steps: ${remedy}`);
}

/**
 * A step that depends on a link's creation is not applied, or not undone, if the link already exists. A step that goes
 * with something that is left alone is left alone too.
 */
function withConditions(tasks: readonly RunningTask[]): RunningTask[] {
  const targetsOf = (some: readonly RunningTask[]) => new Set(some.map(({ step }) => stepTarget(step)));
  const others = targetsOf(tasks.filter(({ left, inspection }) => left ?? inspection.isLost));
  const created = targetsOf(tasks.filter(({ inspection }) => inspection.creates));
  return tasks.map((task) => {
    const { goesWith, ifCreated } = stepKindOf(task.step);
    if (others.has(goesWith?.(task.step) ?? ''))
      return { ...task, change: undefined, inspection: { differences: [] } };
    const { apply, undo } = ifCreated?.(task.step) ?? {};
    const stays = undo !== undefined && !created.has(undo);
    if (apply === undefined || created.has(apply)) return stays ? { ...task, stays } : task;
    const { change: _, ...inspection } = task.inspection;
    return { ...task, stays, change: undefined, inspection: { ...inspection, differences: [] } };
  });
}

/** What carries our mark, and why some of it could not be searched for. */
export interface Findings {
  readonly owned: readonly Owned[];
  readonly failures: readonly VifError[];
}

/** Asks all runners concurrently. A runner that cannot read does not affect the others. */
export async function findOwned(
  runners: Iterable<StepRunner>,
  signal: AbortSignal,
  reach: Reach = 'all',
  vifIds?: readonly string[],
): Promise<Findings> {
  const found = await Promise.all([...runners].map((runner) => askRunner(runner, signal, reach, vifIds)));
  const all = found.flat();
  return {
    owned: all.filter((each): each is Owned => !isVifError(each)),
    failures: all.filter((each) => isVifError(each)),
  };
}

async function askRunner(
  runner: StepRunner,
  signal: AbortSignal,
  reach: Reach,
  vifIds: readonly string[] | undefined,
): Promise<readonly (Owned | VifError)[]> {
  if (!runner.findOwned) return [];
  try {
    return (await withinDeadline(runner.findOwned(signal, reach, vifIds), signal, 'reading the host')) ?? [];
  } catch (error) {
    return [asVifError(error, 'CHECK_FAILED', 'The host could not be read')];
  }
}
