import { type Plan, type PlanContext, unsupportedVif } from '@vifkit/core';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBridge } from '@vifkit/core/os-vif';
import type { LinkStep } from '@vifkit/core/steps';

/**
 * The guest's tap, where the request says in which VLANs it is. libvirt's own would be in none of them, so the plug makes
 * it: it is in its VLANs before the guest starts.
 */
export function settledTap(
  vif: VIFBridge,
  links: readonly LinkStep[],
  { port, tap: { canMultiQueue } }: PlanContext,
): Plan {
  if (!port) return [];
  const { vlan, trunks, isolated, ingress, egress } = port;
  if (ingress || egress) {
    const instead = 'libvirt limits it by the flavor (quota:vif_inbound_average and the like)';
    throw unsupportedVif('linux_bridge', vif, `it limits no rates: ${instead}`);
  }
  const name = requireField(vif, 'vif_name', vif.id);
  const bridge = requireField(vif, 'bridge_name', vif.id);
  const mtu = networkMtu(vif);
  const uplink = links.find(({ set }) => set?.master === bridge)?.name;
  return [
    {
      kind: 'link',
      name,
      create: { type: 'tap', multiQueue: canMultiQueue },
      set: { up: true, master: bridge, ...(mtu !== undefined && { mtu }) },
    },
    {
      kind: 'bridgePort',
      name,
      bridge,
      ...(vlan !== undefined && { vlan }),
      ...(trunks && { trunks }),
      ...(isolated && { isolated }),
      ...(uplink !== undefined && { uplink }),
    },
  ];
}
