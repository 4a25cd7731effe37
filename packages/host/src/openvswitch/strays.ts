import type { Stray, VifStep } from '@vifkit/core/step-kinds';
import type { OvsBridgeAbsentStep, OvsPortAbsentStep } from '@vifkit/core/steps';
import type { OvsStep, OvsWrite } from './changes.js';
import { compareBridgeAbsence, comparePortAbsence } from './compare.js';
import type { OvsState, Owner } from './state.js';

export type OvsStray = Stray<OvsWrite, OvsStep>;

/** What the steps of a batch say about one VIF. */
interface VifOfBatch {
  readonly owner: Owner & { readonly interfaceIds: string[] };
  /** The ports that its steps name. */
  readonly ports: Set<string>;
  /** The bridges for ports that the hypervisor makes for its guest, by port. */
  readonly guestPorts: Map<string, string>;
  readonly bridges: Set<string>;
  /** Whether it is being plugged: everything that is not in the plan is then removed. */
  isPlugged: boolean;
  /** The index of its last step. */
  last: number;
}

/** The VIFs of a batch's steps. */
export function vifsOf(steps: readonly VifStep<OvsStep>[]): Map<string, VifOfBatch> {
  const vifs = new Map<string, VifOfBatch>();
  for (const [last, { step, vifId }] of steps.entries()) {
    const vif: VifOfBatch = vifs.get(vifId) ?? {
      owner: { vifId, interfaceIds: [] },
      ports: new Set(),
      guestPorts: new Map(),
      bridges: new Set(),
      isPlugged: false,
      last,
    };
    vifs.set(vifId, vif);
    vif.last = last;
    note(vif, step);
  }
  for (const [vifId, { owner, isPlugged }] of vifs) {
    if (isPlugged && owner.interfaceIds.length === 0) owner.interfaceIds.push(vifId);
  }
  return vifs;
}

function note(vif: VifOfBatch, step: OvsStep): void {
  switch (step.kind) {
    case 'ovsBridge':
      vif.isPlugged = true;
      vif.bridges.add(step.name);
      if (step.guestPort !== undefined) vif.guestPorts.set(step.guestPort, step.name);
      return;
    case 'ovsPort': {
      vif.isPlugged = true;
      vif.ports.add(step.name);
      const interfaceId = step.externalIds['iface-id'];
      if (interfaceId !== undefined) vif.owner.interfaceIds.push(interfaceId);
      return;
    }
    case 'ovsBridgeAbsent':
      vif.bridges.add(step.name);
      return;
    case 'ovsPortAbsent':
      vif.ports.add(step.name);
      return;
    case 'ovsVifPortsAbsent':
      vif.owner.interfaceIds.push(step.interfaceId);
  }
}

/**
 * The ports of the VIF that are removed: all in an unplug; in a plug, those left from being plugged in another form.
 */
export function leavingPorts(vif: VifOfBatch, { owned, ports }: OvsState): string[] {
  const names = owned.get(vif.owner.vifId) ?? [];
  if (!vif.isPlugged) return [...names];
  return names.filter((name) => {
    if (vif.ports.has(name)) return false;
    const bridge = vif.guestPorts.get(name);
    return bridge === undefined || bridge !== ports.get(name)?.bridge;
  });
}

/**
 * Ports and bridges that belong to the VIF but are in no step of its plan: it was plugged in another form, or the link
 * of its port had another name, as a representor may before a reboot. An unplug has a step for all ports.
 */
export function straysOf(vif: VifOfBatch, state: OvsState, leaving: ReadonlySet<string>): OvsStray[] {
  const { owner } = vif;
  const strayPorts = vif.isPlugged ? leavingPorts(vif, state) : [];
  const ports = strayPorts.map((name): OvsStray => {
    const step: OvsPortAbsentStep = { kind: 'ovsPortAbsent', name, own: true };
    return { step, inspection: comparePortAbsence(step, owner, state.ports.get(name)) };
  });
  const bridges = (state.ownedBridges.get(owner.vifId) ?? []).flatMap((name): OvsStray[] => {
    if (vif.bridges.has(name)) return [];
    const step: OvsBridgeAbsentStep = { kind: 'ovsBridgeAbsent', name, own: false };
    // The ports that the plan names are moved from there to a bridge of the plan.
    const users = (state.users.get(name) ?? []).filter((user) => !leaving.has(user) && !vif.ports.has(user));
    return [{ step, inspection: compareBridgeAbsence(step, owner, state.bridges.get(name), users) }];
  });
  return [...ports, ...bridges].filter(({ inspection }) => inspection.change);
}
