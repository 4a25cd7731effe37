import type {
  AttemptedTask,
  Inspection,
  Outcome,
  Owned,
  Reach,
  StepRunner,
  Task,
} from '@vifkit/engine/former';
import type { LinkTable } from '../links/link-table.js';
import type { OvsChange } from './changes.js';
import { compareAbsence, compareBridge, compareBridgeAbsence, compareOwned, comparePort } from './compare.js';
import { ownedByMark } from './owned-by-mark.js';
import type { OvsState } from './state.js';
import { doing, type OvsStep, undoing } from './steps-to-changes.js';
import type { OvsStore } from './store.js';
import { leavingPorts, straysOf, vifsOf } from './strays.js';

/** Carries out steps about Open vSwitch: one reading, and one commit, for a batch. */
export class OvsRunner implements StepRunner<OvsStep> {
  readonly kinds = ['ovsBridge', 'ovsBridgeAbsent', 'ovsPort', 'ovsPortAbsent', 'ovsVifPortsAbsent'] as const;

  /** @param links the links that bridges' local ports are: gc leaves a bridge whose local port has an address */
  constructor(
    private readonly store: OvsStore,
    private readonly links: Pick<LinkTable, 'readAddresses'> | undefined = undefined,
  ) {}

  async inspect(
    steps: readonly OvsStep[],
    signal: AbortSignal,
    vifIds: readonly string[],
  ): Promise<readonly Inspection[]> {
    const named = (...kinds: readonly OvsStep['kind'][]) =>
      steps.flatMap((step) => (kinds.includes(step.kind) && 'name' in step ? step.name : []));
    const vifs = vifsOf(steps, vifIds);
    const state = await this.store.read(
      {
        bridges: named('ovsBridge'),
        ports: named('ovsPort', 'ovsPortAbsent'),
        owners: [...vifs].flatMap(([vifId, { interfaceIds }]) =>
          interfaceIds.map((interfaceId) => ({ vifId, interfaceId })),
        ),
        idle: named('ovsBridgeAbsent'),
      },
      signal,
    );
    // A port that a step names is that step's; and a bridge is idle once the ports that go are gone.
    const removed = new Set(named('ovsPortAbsent'));
    const leaving = new Set([...removed, ...[...vifs].flatMap((vif) => leavingPorts(...vif, state))]);
    const inspections = steps.map((step, i) => {
      const vifId = vifIds[i] ?? '';
      return compare(
        step,
        { vifId, interfaceIds: vifs.get(vifId)?.interfaceIds ?? [] },
        state,
        removed,
        leaving,
      );
    });
    for (const [vifId, vif] of vifs) {
      const last = inspections[vif.last];
      if (last && (vif.isPlugged || vif.interfaceIds.length > 0))
        inspections[vif.last] = { ...last, strays: straysOf(vifId, vif, state, leaving) };
    }
    return inspections;
  }

  async apply(tasks: readonly Task<OvsStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#commit(tasks.map(doing), signal);
  }

  async undo(tasks: readonly AttemptedTask<OvsStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#commit(tasks.map(undoing), signal);
  }

  async findOwned(signal: AbortSignal, reach: Reach = 'all', vifIds?: readonly string[]): Promise<Owned[]> {
    const marked = await this.store.readMarked(signal, vifIds);
    if (reach !== 'all') return ownedByMark(marked, new Map());
    const shared = marked.bridges.flatMap(({ name, vifId }) => (vifId === undefined ? name : []));
    const addressing = shared.length > 0 && (await this.links?.readAddresses(shared, signal));
    return ownedByMark(marked, addressing || new Map());
  }

  /** Makes the changes of several steps; a step fails by the first of its own that does. */
  async #commit(changes: readonly (readonly OvsChange[])[], signal: AbortSignal): Promise<Outcome[]> {
    const all = changes.flat();
    const outcomes = await this.store.commit(all, signal);
    const byChange = new Map(all.map((change, i) => [change, outcomes[i]]));
    return changes.map((own) => own.map((change) => byChange.get(change)).find((outcome) => outcome));
  }
}

function compare(
  step: OvsStep,
  { vifId, interfaceIds }: { readonly vifId: string; readonly interfaceIds: readonly string[] },
  state: OvsState,
  removed: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): Inspection {
  switch (step.kind) {
    case 'ovsBridge':
      return compareBridge(step, vifId, state.bridges.get(step.name));
    case 'ovsBridgeAbsent': {
      const users = state.users.get(step.name) ?? [];
      const others = users.filter((name) => !leaving.has(name));
      return compareBridgeAbsence(step, vifId, state.bridges.get(step.name), others);
    }
    case 'ovsPort':
      return comparePort(step, vifId, state.ports.get(step.name), interfaceIds);
    case 'ovsPortAbsent':
      return compareAbsence(step, vifId, state.ports.get(step.name), interfaceIds);
    case 'ovsVifPortsAbsent': {
      const names = (state.owned.get(vifId) ?? []).filter((name) => !removed.has(name));
      return compareOwned(new Map(names.flatMap((name) => entryOf(state.ports, name))));
    }
  }
}

function entryOf<V>(map: ReadonlyMap<string, V>, key: string): [string, V][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}
