import type { Plan } from '@vifkit/core';
import type { NetworkVif } from '@vifkit/core/nova';
import type { VIFBase } from '@vifkit/core/os-vif';
import type { CustomStep } from '@vifkit/core/steps';
import type { MigrationPhase, PhaseChange, PortMigration } from '../run/port-migration.js';
import { guestEnds } from './in-use.js';
import type { Prepared } from './prepare.js';
import { awaitedPort } from './ready.js';

/** What must be run for a phase of a live migration, in place of a plug or an unplug. */
export async function phaseOf(
  phase: MigrationPhase,
  { handled, job }: Prepared,
  vif: NetworkVif | VIFBase,
  migration: PortMigration,
  signal: AbortSignal,
): Promise<Prepared> {
  const port = awaitedPort(vif, job.plan)?.interfaceId ?? interfaceIdIn(job.plan);
  const plan = await phasePlan(phase, port, job.plan, migration, signal);
  // The plan that deactivates a source does not touch its ports.
  const part = phase === 'deactivate' && { isPart: true, legs: guestEnds(job) };
  return { handled, job: { ...job, plan, ...(port !== undefined && { port }), ...part } };
}

/**
 * The plan of a phase of a live migration: that of a plug or an unplug, and what the network is notified of. The
 * notification is a step of the plan, so it is undone with it.
 */
async function phasePlan(
  phase: MigrationPhase,
  port: string | undefined,
  plan: Plan,
  migration: PortMigration,
  signal: AbortSignal,
): Promise<Plan> {
  const notify = port === undefined ? [] : [phaseStep(phase, port, migration)];
  switch (phase) {
    case 'prepare': {
      // The network is notified first: whatever claims the port by its id must find it requested on both hosts.
      const claims = port !== undefined && (await migration.claimsAtOnce(port, signal));
      return claims ? withoutIds(plan) : [...notify, ...plan];
    }
    case 'activate':
    case 'release':
      return [...plan, ...notify];
    case 'deactivate':
      return notify;
  }
}

function phaseStep(phase: MigrationPhase, interfaceId: string, migration: PortMigration): CustomStep {
  let change: PhaseChange | undefined;
  return {
    kind: 'custom',
    name: `${phase} port ${interfaceId}`,
    isDone: async (signal) => (await migration.change(phase, interfaceId, signal)) === undefined,
    async apply(signal) {
      change = await migration.change(phase, interfaceId, signal);
      await change?.apply(signal);
    },
    undo: async (signal) => change?.undo(signal),
  };
}

/** Neutron's and OVN's id of the port that an unplug removes. */
function interfaceIdIn(plan: Plan): string | undefined {
  for (const step of plan) {
    if (step.kind === 'ovsVifPortsAbsent') return step.interfaceId;
  }
  return undefined;
}

/** The plan without the ports' ids: a port exists, but nothing claims it yet. */
function withoutIds(plan: Plan): Plan {
  return plan.map((step) => {
    if (step.kind !== 'ovsPort') return step;
    const { 'iface-id': _, ...externalIds } = step.externalIds;
    return { ...step, externalIds };
  });
}
