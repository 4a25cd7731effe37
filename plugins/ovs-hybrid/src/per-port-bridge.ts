import type { Plan } from '@vifkit/core';
import { requireField, type VIFOpenVSwitch } from '@vifkit/core/os-vif';
import { type OvsPortStep, portIds } from '@vifkit/core/steps';
import { guestTap } from './direct.js';
import {
  datapathOf,
  ensuredBridge,
  mtuOf,
  networkBridge,
  type PlugContext,
  patchIsolation,
  patchPorts,
  portBridge,
  queueing,
} from './port.js';

/**
 * guest's tap ── the VIF's own bridge ── patch ports ── integration bridge. libvirt may remove the tap's port and make
 * it again at any time: the port that Neutron has bound, on the integration bridge, stays.
 */
export async function plugPerPortBridge(vif: VIFOpenVSwitch, context: PlugContext): Promise<Plan> {
  const [datapathType, own, shared] = [datapathOf(vif), portBridge(vif.id), networkBridge(vif)];
  const [ownEnd, sharedEnd] = patchPorts(vif.id);
  const { steps, isThere } = await guestTap(vif, context);
  return [
    ...steps,
    ensuredBridge(vif, datapathType, context),
    { kind: 'ovsBridge', name: own, datapathType, own: true, exclusive: true },
    {
      kind: 'ovsPort',
      bridge: own,
      name: requireField(vif, 'vif_name', vif.id),
      initial: queueing(datapathType, context),
      externalIds: {}, // Neutron's agent must find only the patch port
      mtuRequest: mtuOf(vif, context),
      wired: isThere,
    },
    {
      ...patch(shared, sharedEnd, ownEnd),
      initial: patchIsolation(shared, context),
      externalIds: portIds({
        interfaceId: vif.id,
        address: requireField(vif, 'address', vif.id),
        instanceUuid: context.instanceUuid,
      }),
    },
    patch(own, ownEnd, sharedEnd),
  ];
}

function patch(bridge: string, name: string, peer: string): OvsPortStep {
  return { kind: 'ovsPort', bridge, name, type: 'patch', options: { peer }, externalIds: {}, wired: true };
}
