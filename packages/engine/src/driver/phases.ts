import { type Plan, VifError } from '@vifkit/core';
import { deviceName, NetworkVif } from '@vifkit/core/nova';
import type { VIFBase } from '@vifkit/core/os-vif';
import type { CustomStep } from '@vifkit/core/steps';
import type { MigrationPhase, PhaseChange, PortMigration } from '../run/port-migration.js';
import type { Prepared } from './prepare.js';
import { awaitedPort } from './ready.js';

/**
 * The plan of a phase of a live migration: that of a plug or an unplug, and what the network is told. As steps of the plan
 * that is undone with it.
 * @throws VifError VIF_IN_USE for a release of what a guest uses here
 */
async function phasePlan(
  phase: MigrationPhase,
  vif: NetworkVif | VIFBase,
  plan: Plan,
  migration: PortMigration,
  signal: AbortSignal,
): Promise<Plan> {
  const interfaceId = awaitedPort(vif, plan)?.interfaceId ?? interfaceIdIn(plan);
  const told = interfaceId === undefined ? [] : [phaseStep(phase, interfaceId, migration)];
  switch (phase) {
    case 'prepare': {
      // Told first: what claims the port by its id must find it wanted on both hosts.
      const claims = interfaceId !== undefined && (await migration.claimsAtOnce(interfaceId, signal));
      return claims ? withoutIds(plan) : [...told, ...plan];
    }
    case 'activate':
      return [...plan, ...told];
    case 'deactivate':
      return told;
    case 'release': {
      await requireIdle(vif, migration, signal);
      return [...plan, ...told];
    }
  }
}

/** What is to be run for a phase of a live migration, in place of a plug or an unplug; that itself without one. */
export async function inPhase(
  phase: MigrationPhase | undefined,
  prepared: Prepared,
  vif: NetworkVif | VIFBase,
  migration: PortMigration | undefined,
  signal: AbortSignal,
): Promise<Prepared> {
  if (!phase || !migration) return prepared;
  const { handled, job } = prepared;
  return { handled, job: { ...job, plan: await phasePlan(phase, vif, job.plan, migration, signal) } };
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

/** The source of a migration that has failed has its guest back. @throws VifError VIF_IN_USE */
async function requireIdle(
  vif: NetworkVif | VIFBase,
  migration: PortMigration,
  signal: AbortSignal,
): Promise<void> {
  const link = vif instanceof NetworkVif ? deviceName(vif) : Reflect.get(vif, 'vif_name');
  if (typeof link === 'string' && (await migration.isInUse(link, signal))) {
    const text = `A guest on this host has ${link} open: VIF ${vif.id} is not released. Unplug it once the guest has stopped`;
    throw new VifError('VIF_IN_USE', text, { vifId: vif.id });
  }
}
