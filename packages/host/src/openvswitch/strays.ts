import type { Stray, VifStep } from '@vifkit/core/step-kinds';
import type { OvsBridgeAbsentStep, OvsPortAbsentStep } from '@vifkit/core/steps';
import type { OvsStep, OvsWrite } from './changes.js';
import { compareBridgeAbsence, comparePortAbsence } from './compare.js';
import type { OvsState } from './state.js';

export type OvsStray = Stray<OvsWrite, OvsStep>;

/** What the steps of a batch say about one VIF. */
interface PlannedVif {
  /** The ids by which interfaces are recognized as its own. */
  readonly interfaceIds: string[];
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
export function vifsOf(steps: readonly VifStep<OvsStep>[]): Map<string, PlannedVif> {
  const vifs = new Map<string, PlannedVif>();
  for (const [last, { step, vifId }] of steps.entries()) {
    const vif: PlannedVif = vifs.get(vifId) ?? {
      interfaceIds: [],
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
  for (const [vifId, { interfaceIds, isPlugged }] of vifs) {
    if (isPlugged && interfaceIds.length === 0) interfaceIds.push(vifId);
  }
  return vifs;
}

function note(vif: PlannedVif, step: OvsStep): void {
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
      if (interfaceId !== undefined) vif.interfaceIds.push(interfaceId);
      return;
    }
    case 'ovsBridgeAbsent':
      vif.bridges.add(step.name);
      return;
    case 'ovsPortAbsent':
      vif.ports.add(step.name);
      return;
    case 'ovsVifPortsAbsent':
      vif.interfaceIds.push(step.interfaceId);
  }
}

/**
 * The ports of the VIF that are removed: all in an unplug; in a plug, those left from being plugged in another form.
 */
export function leavingPorts(vifId: string, vif: PlannedVif, { owned, ports }: OvsState): string[] {
  const names = owned.get(vifId) ?? [];
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
export function straysOf(
  vifId: string,
  vif: PlannedVif,
  state: OvsState,
  leaving: ReadonlySet<string>,
): OvsStray[] {
  const owner = { vifId, interfaceIds: vif.interfaceIds };
  const strayPorts = vif.isPlugged ? leavingPorts(vifId, vif, state) : [];
  const ports = strayPorts.map((name): OvsStray => {
    const step: OvsPortAbsentStep = { kind: 'ovsPortAbsent', name, own: true };
    return { step, inspection: comparePortAbsence(step, owner, state.ports.get(name)) };
  });
  const bridges = (state.ownedBridges.get(vifId) ?? []).flatMap((name): OvsStray[] => {
    if (vif.bridges.has(name)) return [];
    const step: OvsBridgeAbsentStep = { kind: 'ovsBridgeAbsent', name, own: false };
    // The ports that the plan names are moved from there to a bridge of the plan.
    const users = (state.users.get(name) ?? []).filter((user) => !leaving.has(user) && !vif.ports.has(user));
    return [{ step, inspection: compareBridgeAbsence(step, owner, state.bridges.get(name), users) }];
  });
  return [...ports, ...bridges].filter(({ inspection }) => inspection.change);
}
