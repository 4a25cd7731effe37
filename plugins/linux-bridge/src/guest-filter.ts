import type { PlanContext } from '@vifkit/core';
import { requireField, type VIFBase, type VIFBridge } from '@vifkit/core/os-vif';
import type { GuestFilterStep } from '@vifkit/core/steps';

/** Whether the host is to filter what the guest sends, since the network service does not. */
export function hasFilter(vif: VIFBase, { hostFilters }: PlanContext): boolean {
  return hostFilters && !vif.has_traffic_filtering;
}

/** The guest may send as the VIF alone. */
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
