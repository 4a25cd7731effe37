import type { AttemptedTask, Inspection, Outcome, StepRunner, Task } from '@vifkit/core';
import { compareAbsence, compareBridge, comparePort } from './compare.js';
import type { OvsState } from './state.js';
import { doing, type OvsStep, undoing } from './steps-to-changes.js';
import type { OvsStore } from './store.js';

/** Carries out `ovsBridge`, `ovsPort` and `ovsPortAbsent` steps: one read, and one commit, for a batch. */
export class OvsRunner implements StepRunner<OvsStep> {
  readonly kinds = ['ovsBridge', 'ovsPort', 'ovsPortAbsent'] as const;

  constructor(private readonly store: OvsStore) {}

  async inspect(
    steps: readonly OvsStep[],
    signal: AbortSignal,
    vifIds: readonly string[],
  ): Promise<readonly Inspection[]> {
    const bridges = steps.filter((step) => step.kind === 'ovsBridge').map((step) => step.name);
    const ports = steps.filter((step) => step.kind !== 'ovsBridge').map((step) => step.name);
    const state = await this.store.read({ bridges, ports }, signal);
    return steps.map((step, i) => compare(step, vifIds[i] ?? '', state));
  }

  apply(tasks: readonly Task<OvsStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.store.commit(tasks.map(doing), signal);
  }

  async undo(tasks: readonly AttemptedTask<OvsStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const changes = tasks.map(undoing);
    const made = changes.filter((change) => change !== undefined);
    const outcomes = await this.store.commit(made, signal);
    const byChange = new Map(made.map((change, i) => [change, outcomes[i]]));
    return changes.map((change) => change && byChange.get(change));
  }
}

function compare(step: OvsStep, vifId: string, state: OvsState): Inspection {
  switch (step.kind) {
    case 'ovsBridge':
      return compareBridge(step, state.bridges.get(step.name));
    case 'ovsPort':
      return comparePort(step, vifId, state.ports.get(step.name));
    case 'ovsPortAbsent':
      return compareAbsence(step, vifId, state.ports.get(step.name));
  }
}
