import { type Plan, type PlanContext, unsupportedVif } from '@vifkit/core';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase, type VIFBridge } from '@vifkit/core/os-vif';
import type { GuestFilterStep, LinkStep } from '@vifkit/core/steps';

/**
 * The guest's tap, if the request specifies its VLANs. A tap made by libvirt would be in none of them, so the plug
 * makes it: it is in its VLANs before the guest starts.
 */
export function configuredTap(
  vif: VIFBridge,
  links: readonly LinkStep[],
  { port, tap: { multiQueue } }: PlanContext,
): Plan {
  if (!port) return [];
  const { vlan, trunks, isolated, ingress, egress } = port;
  if (ingress || egress) {
    const instead = 'libvirt limits them by the flavor (quota:vif_inbound_average and related keys)';
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
      create: { type: 'tap', multiQueue },
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

/** Whether the host has to filter what the guest sends, because the network service does not. */
export function hasFilter(vif: VIFBase, { hostFilters }: PlanContext): boolean {
  return hostFilters && !vif.has_traffic_filtering;
}

/** The guest may send only with the VIF's addresses. */
export function guestFilter(vif: VIFBridge): GuestFilterStep {
  const { subnets } = requireField(vif, 'network', vif.id);
  const ips = subnets.objects.flatMap(({ ips }) => ips?.objects ?? []);
  return {
    kind: 'guestFilter',
    name: requireField(vif, 'vif_name', vif.id),
    mac: requireField(vif, 'address', vif.id),
    addresses: ips.flatMap(({ address }) => address ?? []),
  };
}
