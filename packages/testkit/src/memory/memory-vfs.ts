import {
  type AttemptedTask,
  type Inspection,
  type Outcome,
  type StepRunner,
  type Task,
  type VfStep,
  VifError,
} from '@vifkit/core';
import type { Points } from './points.js';

/** The settings of a virtual function. */
export interface VfState {
  readonly mac: string;
  readonly vlan: number;
  readonly trust: boolean;
}

/** Carries out `vf` steps on virtual functions in memory. */
export class MemoryVfs implements StepRunner<VfStep> {
  readonly kinds = ['vf'] as const;
  readonly #functions: Map<string, VfState>;
  readonly #points: Points;

  constructor(points: Points, addresses: readonly string[]) {
    this.#points = points;
    const initial = { mac: '00:00:00:00:00:00', vlan: 0, trust: false };
    this.#functions = new Map(addresses.map((address) => [address, initial]));
  }

  /** The settings by PCI address. */
  snapshot(): Record<string, VfState> {
    return Object.fromEntries([...this.#functions].sort());
  }

  async inspect(steps: readonly VfStep[]): Promise<Inspection[]> {
    return steps.map(({ address, mac, vlan, trust }) => {
      const before = this.#functions.get(address);
      if (!before) {
        const blocked = new VifError('PCI_DEVICE_NOT_FOUND', `There is no PCI device at ${address}`);
        return { differences: [{ attribute: 'exists', expected: true, actual: false }], blocked };
      }
      const wanted = { mac: mac?.toLowerCase(), vlan, trust };
      const differences = (['mac', 'vlan', 'trust'] as const)
        .filter((name) => wanted[name] !== undefined && wanted[name] !== before[name])
        .map((attribute) => ({ attribute, expected: wanted[attribute], actual: before[attribute] }));
      return { differences, before };
    });
  }

  apply(tasks: readonly Task<VfStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return this.#each(tasks, signal, ({ inspection: { differences, before } }) => ({
      ...(before as VfState),
      ...Object.fromEntries(differences.map(({ attribute, expected }) => [attribute, expected])),
    }));
  }

  undo(tasks: readonly AttemptedTask<VfStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return this.#each(tasks, signal, ({ inspection }) => inspection.before as VfState);
  }

  async #each<T extends Task<VfStep>>(
    tasks: readonly T[],
    signal: AbortSignal,
    become: (task: T) => VfState,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const task of tasks) {
      const { address } = task.step;
      const failure = await this.#points.reach({ part: 'vfs', what: `set ${address}` }, signal);
      if (!failure) this.#functions.set(address, become(task));
      outcomes.push(failure);
    }
    return outcomes;
  }
}
