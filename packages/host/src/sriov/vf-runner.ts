import { isSameVif, isVifError, type VifError } from '@vifkit/core';
import type {
  AttemptedTask,
  Inspection,
  Outcome,
  Owned,
  Reach,
  StepRunner,
  Task,
  VifStep,
} from '@vifkit/core/step-kinds';
import type { VfStep } from '@vifkit/core/steps';
import { NO_MAC, noteWritten } from './given-back.js';
import { inspectVf, type VfGiving, type VfWrite } from './inspect-vf.js';
import { hasSettings } from './vf-changes.js';
import type { VfJournal, VfRecord } from './vf-journal.js';
import type { FoundVf, VfChange, VfSettings, VfTable } from './vf-table.js';

/** How much of a write was done: `nothing` includes the journal. */
export type VfProgress = 'all' | 'nothing';

/** The programs that have functions open through VFIO, by PCI address in lower case. */
export type FunctionHolders = (addresses: readonly string[]) => Promise<ReadonlyMap<string, string>>;

type VfTask = Task<VfStep, VfWrite>;

/**
 * Carries out `vf` steps on a table of virtual functions. The former settings of a function are in the journal from
 * before its first write until they have been restored: nothing is lost even if a process is killed in between.
 */
export class VfRunner implements StepRunner<VfStep, VfWrite, VfProgress> {
  readonly kinds = ['vf'] as const;
  readonly #table: VfTable;
  readonly #journal: VfJournal;
  readonly #holders: FunctionHolders;

  constructor(table: VfTable, journal: VfJournal, holders: FunctionHolders = async () => new Map()) {
    this.#table = table;
    this.#journal = journal;
    this.#holders = holders;
  }

  async inspect(steps: readonly VifStep<VfStep>[], signal: AbortSignal): Promise<Inspection<VfWrite>[]> {
    const addresses = [...new Set(steps.map(({ step }) => step.address))];
    const [states, records] = await Promise.all([
      this.#table.read(addresses, signal),
      this.#journal.read(addresses),
    ]);
    const there = steps.filter(({ step }) => isThere(states.get(step.address)));
    const guests = await this.#guestsOf(there, records);
    const together = new Map<string, VfStep[]>();
    const keyOf = ({ step, vifId }: VifStep<VfStep>) => `${vifId} ${step.address}`;
    for (const each of steps) together.set(keyOf(each), [...(together.get(keyOf(each)) ?? []), each.step]);
    return steps.map((each) => {
      const { step, vifId } = each;
      const [state, record] = [states.get(step.address), records.get(step.address)];
      const guest = guests.get(step.address.toLowerCase());
      const found = state && !isVifError(state) && guest !== undefined ? { ...state, guest } : state;
      return inspectVf(step, vifId, found, record, together.get(keyOf(each)) ?? [step]);
    });
  }

  /** The guests that have functions which their VIFs do not hold yet. A VIF's own guest may have its function. */
  async #guestsOf(
    steps: readonly VifStep<VfStep>[],
    records: ReadonlyMap<string, VfRecord | VifError>,
  ): Promise<ReadonlyMap<string, string>> {
    const isTaken = ({ step: { address, restore }, vifId }: VifStep<VfStep>) => {
      const record = records.get(address);
      return !restore && (!record || (!isVifError(record) && !isSameVif(record.vifId, vifId)));
    };
    const taken = new Set(steps.filter(isTaken).map(({ step }) => step.address));
    return taken.size === 0 ? new Map() : this.#holders([...taken]);
  }

  async apply(tasks: readonly VfTask[], signal: AbortSignal): Promise<readonly Outcome<VfProgress>[]> {
    const failures = await this.#record(tasks);
    const recorded = tasks.filter((task) => !failures.has(task));
    const [givings, releases] = [recorded.filter(isGiving), recorded.filter((task) => !isGiving(task))];
    const given = await this.#table.write(givings.map(setting), signal);
    const givenBack = await this.#giveBack(releases.map(setting), signal);
    const errors = new Map<VfTask, VifError | undefined>();
    for (const [i, task] of givings.entries()) errors.set(task, given[i]);
    for (const [i, task] of releases.entries()) {
      errors.set(task, givenBack[i] ?? (await this.#journal.forget(task.step.address)));
    }
    return tasks.map((task): Outcome<VfProgress> => {
      const failure = failures.get(task);
      if (failure) return { done: 'nothing', error: failure };
      const error = errors.get(task);
      return error ? { error } : { done: 'all' };
    });
  }

  async undo(
    tasks: readonly AttemptedTask<VfStep, VfWrite, VfProgress>[],
    signal: AbortSignal,
  ): Promise<(VifError | undefined)[]> {
    const recorded = tasks.filter(({ outcome }) => outcome.done !== 'nothing');
    // What prevented a write may prevent another: it is made only if it is needed.
    const doubtful = recorded.filter(({ outcome }) => outcome.error);
    const states = await this.#table.read([...new Set(doubtful.map(({ step }) => step.address))], signal);
    const written = recorded.filter(({ step, change }) => !isAs(states.get(step.address), change.back));
    const givenBack = await this.#giveBack(written.map(takingBack), signal);
    const errors = new Map<VfTask, VifError | undefined>(written.map((task, i) => [task, givenBack[i]]));
    // A function whose former settings could not be restored keeps its record, for the next attempt.
    for (const task of recorded) errors.set(task, errors.get(task) ?? (await this.#putRecordBack(task)));
    return tasks.map((task) => errors.get(task));
  }

  /**
   * The functions that VIFs have. A function that does not exist, or not yet again, keeps its record: there is nothing
   * to restore.
   */
  async findOwned(
    signal: AbortSignal,
    _reach?: Reach,
    vifIds?: readonly string[],
  ): Promise<(Owned<VfStep> | VifError)[]> {
    const all = [...(await this.#journal.list())];
    const isWanted = ({ vifId }: VfRecord) => !vifIds || vifIds.some((id) => isSameVif(id, vifId));
    const records = new Map(all.filter(([, record]) => isVifError(record) || isWanted(record)));
    if (records.size === 0) return [];
    const states = await this.#table.read([...records.keys()], signal);
    return [...records].flatMap(([address, record]): (Owned<VfStep> | VifError)[] => {
      if (isVifError(record)) return [record];
      const state = states.get(address);
      if (state === undefined || isVifError(state, 'PCI_DEVICE_NOT_FOUND')) return [];
      // The address matters only for functions without a record.
      return [{ vifId: record.vifId, step: { kind: 'vf', address, restore: { vifMac: NO_MAC } } }];
    });
  }

  /**
   * Records the settings of functions that are about to be given to VIFs, one after the other: a plan may have two
   * steps for a function, and the second must find the record of the first.
   * @returns the errors of those that could not be recorded, and must not be written to
   */
  async #record(tasks: readonly VfTask[]): Promise<Map<VfTask, VifError>> {
    const failures = new Map<VfTask, VifError>();
    const latest = new Map<string, VfRecord>();
    for (const task of tasks) {
      const { address } = task.step;
      if (!isGiving(task)) continue;
      const next = recordFor(task, latest.get(address) ?? task.change.record);
      if (!next) continue;
      const failure = await this.#journal.record(address, next);
      if (failure) failures.set(task, failure);
      else latest.set(address, next);
    }
    return failures;
  }

  async #putRecordBack(task: VfTask): Promise<VifError | undefined> {
    const { record } = task.change;
    if (!record) return this.#journal.forget(task.step.address);
    const isAsBefore = isGiving(task) && recordFor(task, record) === undefined;
    return isAsBefore ? undefined : this.#journal.record(task.step.address, record);
  }

  /**
   * Restores the former settings of functions. Removing a MAC address is requested separately: some drivers refuse to
   * remove one (i40e before Linux 4.5, mlx4 while spoof checking is on), and the function then keeps its address. That
   * does no harm: the next user of the function sets another one.
   */
  async #giveBack(changes: readonly VfChange[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    const macRemovals = changes.filter(({ set }) => set.mac === NO_MAC);
    const others = changes.map(({ address, set: { mac, ...set } }) => ({
      address,
      set: mac === undefined || mac === NO_MAC ? set : { mac, ...set },
    }));
    const outcomes = await this.#table.write(
      [...others, ...macRemovals.map(({ address }) => ({ address, set: { mac: NO_MAC } }))],
      signal,
    );
    return outcomes.slice(0, changes.length);
  }
}

function isGiving(task: VfTask): task is Task<VfStep, VfGiving> {
  return task.change.kind === 'give';
}

function setting({ step: { address }, change: { set } }: VfTask): VfChange {
  return { address, set };
}

function takingBack({ step: { address }, change: { back } }: VfTask): VfChange {
  return { address, set: back };
}

/** The record that a plug leaves, if it does not exist yet. */
function recordFor(
  { vifId, change: { state, wanted } }: Task<VfStep, VfGiving>,
  latest: VfRecord | undefined,
): VfRecord | undefined {
  return noteWritten(latest, vifId, state, wanted);
}

function isAs(found: FoundVf | VifError | undefined, settings: VfSettings): boolean {
  return found !== undefined && !isVifError(found) && hasSettings(found, settings);
}

function isThere(found: FoundVf | VifError | undefined): boolean {
  return found !== undefined && !isVifError(found);
}
