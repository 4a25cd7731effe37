import {
  type AttemptedTask,
  type Inspection,
  isVifError,
  type Outcome,
  type StepRunner,
  type Task,
  type VfStep,
  VifError,
} from '@vifkit/core';
import type { VfChange, VfState, VfTable } from './vf-table.js';

const NO_MAC = '00:00:00:00:00:00';

/** Carries out `vf` steps on a table of virtual functions. */
export class VfRunner implements StepRunner<VfStep> {
  readonly kinds = ['vf'] as const;
  readonly #table: VfTable;

  constructor(table: VfTable) {
    this.#table = table;
  }

  async inspect(steps: readonly VfStep[], signal: AbortSignal): Promise<Inspection[]> {
    const states = await this.#table.read([...new Set(steps.map(({ address }) => address))], signal);
    return steps.map((step) => {
      const { address } = step;
      const state =
        states.get(address) ??
        new VifError('PCI_DEVICE_NOT_FOUND', `There is no PCI device ${address} on this host`);
      if (!isVifError(state)) return { differences: compare(step, state), before: state };
      return { differences: [{ attribute: 'exists', expected: true, actual: false }], blocked: state };
    });
  }

  async apply(tasks: readonly Task<VfStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const changes = tasks.map(({ step, inspection: { differences } }) => ({
      address: step.address,
      set: Object.fromEntries(differences.map(({ attribute, expected }) => [attribute, expected])),
    }));
    return this.#table.write(changes, signal);
  }

  /**
   * Gives the functions back what they had. To have no MAC address of its own again is asked for on the side:
   * some drivers refuse to take one away (i40e before Linux 4.5, mlx4 while it checks for spoofing), and the
   * function then keeps the one it has. It does no harm: whoever uses the function next sets another.
   */
  async undo(tasks: readonly AttemptedTask<VfStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const changes = tasks.map(restoringChange);
    const wishes = changes.filter(({ set }) => set.mac === NO_MAC);
    const musts = changes.map(({ address, set: { mac, ...set } }) => ({
      address,
      set: mac === undefined || mac === NO_MAC ? set : { mac, ...set },
    }));
    const outcomes = await this.#table.write(
      [...musts, ...wishes.map(({ address }) => ({ address, set: { mac: NO_MAC } }))],
      signal,
    );
    return outcomes.slice(0, tasks.length);
  }
}

function compare({ mac, vlan, trust }: VfStep, state: VfState) {
  const wanted = { mac: mac?.toLowerCase(), vlan, trust };
  const actual = { mac: state.mac.toLowerCase(), vlan: state.vlan, trust: state.trust ?? false };
  return (['mac', 'vlan', 'trust'] as const)
    .filter((attribute) => wanted[attribute] !== undefined && wanted[attribute] !== actual[attribute])
    .map((attribute) => ({ attribute, expected: wanted[attribute], actual: actual[attribute] }));
}

function restoringChange({ step: { address }, inspection: { differences, before } }: Task<VfStep>): VfChange {
  const { mac, trust, ...vlan } = before as VfState;
  const differs = (name: string) => differences.some(({ attribute }) => attribute === name);
  return {
    address,
    set: {
      ...(differs('mac') && { mac }),
      ...(differs('vlan') && vlan),
      ...(differs('trust') && trust !== undefined && { trust }),
    },
  };
}
