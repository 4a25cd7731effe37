import { isSameVif, isVifError, type VifError } from '@vifkit/core';
import type { VfStep } from '@vifkit/core/steps';
import {
  type AttemptedTask,
  type Inspection,
  type Outcome,
  type Owned,
  type Reach,
  type StepRunner,
  type Task,
} from '@vifkit/engine/former';
import { NO_MAC, noteWritten } from './given-back.js';
import { inspectVf, type VfBefore } from './inspect-vf.js';
import { settingsFor } from './vf-changes.js';
import type { VfJournal, VfRecord } from './vf-journal.js';
import type { VfChange, VfTable } from './vf-table.js';

/**
 * Carries out `vf` steps on a table of virtual functions. What a function had is in the journal before its first
 * write, and until it has been given back: so even a process that is killed in between loses nothing.
 */
export class VfRunner implements StepRunner<VfStep> {
  readonly kinds = ['vf'] as const;
  readonly #table: VfTable;
  readonly #journal: VfJournal;

  constructor(table: VfTable, journal: VfJournal) {
    this.#table = table;
    this.#journal = journal;
  }

  async inspect(
    steps: readonly VfStep[],
    signal: AbortSignal,
    vifIds: readonly string[],
  ): Promise<Inspection[]> {
    const addresses = [...new Set(steps.map(({ address }) => address))];
    const [states, records] = await Promise.all([
      this.#table.read(addresses, signal),
      this.#journal.read(addresses),
    ]);
    return steps.map((step, i) => {
      const { address } = step;
      return inspectVf(step, vifIds[i] ?? '', states.get(address), records.get(address));
    });
  }

  async apply(tasks: readonly Task<VfStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes = await this.#recordFormer(tasks);
    const recorded = tasks.filter((task) => !outcomes.get(task));
    const [releases, settings] = [recorded.filter(isRelease), recorded.filter((task) => !isRelease(task))];
    const set = await this.#table.write(
      settings.map((task) => changeTo('wanted', task)),
      signal,
    );
    for (const [i, task] of settings.entries()) outcomes.set(task, set[i]);
    const givenBack = await this.#giveBack(
      releases.map((task) => changeTo('wanted', task)),
      signal,
    );
    for (const [i, task] of releases.entries()) {
      outcomes.set(task, givenBack[i] ?? (await this.#journal.forget(task.step.address)));
    }
    return tasks.map((task) => outcomes.get(task));
  }

  async undo(tasks: readonly AttemptedTask<VfStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const written = tasks.filter(({ outcome }) => !isVifError(outcome, 'JOURNAL_FAILED'));
    const givenBack = await this.#giveBack(
      written.map((task) => changeTo('state', task)),
      signal,
    );
    const outcomes = new Map<Task<VfStep>, Outcome>();
    for (const [i, task] of written.entries()) {
      // A function that could not be given back what it had keeps its record, for the next attempt.
      outcomes.set(task, givenBack[i] ?? (await this.#putRecordBack(task)));
    }
    return tasks.map((task) => outcomes.get(task));
  }

  /** The functions that VIFs have. One that is not there, or not yet again, keeps its record: there is nothing to give back. */
  async findOwned(
    signal: AbortSignal,
    _reach?: Reach,
    vifIds?: readonly string[],
  ): Promise<(Owned | VifError)[]> {
    const all = [...(await this.#journal.list())];
    const isWanted = ({ vifId }: VfRecord) => !vifIds || vifIds.some((id) => isSameVif(id, vifId));
    const records = new Map(all.filter(([, record]) => isVifError(record) || isWanted(record)));
    if (records.size === 0) return [];
    const states = await this.#table.read([...records.keys()], signal);
    return [...records].flatMap(([address, record]): (Owned | VifError)[] => {
      if (isVifError(record)) return [record];
      const state = states.get(address);
      if (state === undefined || isVifError(state, 'PCI_DEVICE_NOT_FOUND')) return [];
      // The address counts only for functions without a record.
      return [{ vifId: record.vifId, step: { kind: 'vf', address, restore: { vifMac: NO_MAC } } }];
    });
  }

  /** One after the other: a plan may have two steps for a function, and the second must find the first's record. */
  async #recordFormer(tasks: readonly Task<VfStep>[]): Promise<Map<Task<VfStep>, Outcome>> {
    const outcomes = new Map<Task<VfStep>, Outcome>();
    const recorded = new Map<string, VfRecord>();
    for (const task of tasks) {
      const { address } = task.step;
      const next = recordFor(task, recorded.get(address));
      if (next) outcomes.set(task, await this.#journal.record(address, next));
      if (next) recorded.set(address, next);
    }
    return outcomes;
  }

  async #putRecordBack(task: Task<VfStep>): Promise<Outcome> {
    const { record } = beforeOf(task);
    if (!record) return this.#journal.forget(task.step.address);
    const isAsBefore = !isRelease(task) && recordFor(task) === undefined;
    return isAsBefore ? undefined : this.#journal.record(task.step.address, record);
  }

  /**
   * Gives functions back what they had. To have no MAC address of its own again is asked for on the side: some
   * drivers refuse to take one away (i40e before Linux 4.5, mlx4 while it checks for spoofing), and the function
   * then keeps the one it has. It does no harm: whoever uses the function next sets another.
   */
  async #giveBack(changes: readonly VfChange[], signal: AbortSignal): Promise<Outcome[]> {
    const wishes = changes.filter(({ set }) => set.mac === NO_MAC);
    const musts = changes.map(({ address, set: { mac, ...set } }) => ({
      address,
      set: mac === undefined || mac === NO_MAC ? set : { mac, ...set },
    }));
    const outcomes = await this.#table.write(
      [...musts, ...wishes.map(({ address }) => ({ address, set: { mac: NO_MAC } }))],
      signal,
    );
    return outcomes.slice(0, changes.length);
  }
}

function isRelease({ step }: Task<VfStep>): boolean {
  return step.restore !== undefined;
}

function beforeOf({ inspection }: Task<VfStep>): VfBefore {
  return inspection.before as VfBefore;
}

/** The record that a plug leaves, if it is not there already. */
function recordFor(task: Task<VfStep>, latest = beforeOf(task).record): VfRecord | undefined {
  const { state, wanted } = beforeOf(task);
  return isRelease(task) ? undefined : noteWritten(latest, task.vifId, state, wanted);
}

function changeTo(which: 'wanted' | 'state', task: Task<VfStep>): VfChange {
  const settings = beforeOf(task)[which];
  return { address: task.step.address, set: settingsFor(task.inspection.differences, settings) };
}
