import type { Plan } from '@vifkit/core';
import type { NetworkVif } from '@vifkit/core/nova';
import type { VIFBase } from '@vifkit/core/os-vif';
import type { CustomStep } from '@vifkit/core/steps';
import type { MigrationPhase, PhaseChange, PortMigration } from '../run/port-migration.js';
import { guestEnds } from './in-use.js';
import type { Prepared } from './prepare.js';
import { awaitedPort } from './ready.js';

/** What is to be run for a phase of a live migration, in place of a plug or an unplug. */
export async function phaseOf(
  phase: MigrationPhase,
  { handled, job }: Prepared,
  vif: NetworkVif | VIFBase,
  migration: PortMigration,
  signal: AbortSignal,
): Promise<Prepared> {
  const port = awaitedPort(vif, job.plan)?.interfaceId ?? interfaceIdIn(job.plan);
  const plan = await phasePlan(phase, port, job.plan, migration, signal);
  // The plan of a source that makes no use of its ports any more has none of them.
  const part = phase === 'deactivate' && { isPart: true, legs: guestEnds(job) };
  return { handled, job: { ...job, plan, ...(port !== undefined && { port }), ...part } };
}

/**
 * The plan of a phase of a live migration: that of a plug or an unplug, and what the network is told. As steps of the plan
 * that is undone with it.
 */
async function phasePlan(
  phase: MigrationPhase,
  port: string | undefined,
  plan: Plan,
  migration: PortMigration,
  signal: AbortSignal,
): Promise<Plan> {
  const told = port === undefined ? [] : [phaseStep(phase, port, migration)];
  switch (phase) {
    case 'prepare': {
      // Told first: what claims the port by its id must find it wanted on both hosts.
      const claims = port !== undefined && (await migration.claimsAtOnce(port, signal));
      return claims ? withoutIds(plan) : [...told, ...plan];
    }
    case 'activate':
    case 'release':
      return [...plan, ...told];
    case 'deactivate':
      return told;
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

/** The port is there and has no id yet: nobody looks for it. */
function withoutIds(plan: Plan): Plan {
  return plan.map((step) => {
    if (step.kind !== 'ovsPort') return step;
    const { 'iface-id': _, ...externalIds } = step.externalIds;
    return { ...step, externalIds };
  });
}
