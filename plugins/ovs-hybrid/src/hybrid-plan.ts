import { hybridLinks, noHybridLinks, type Plan, requireField, type VIFBridge, vethNames } from '@vifkit/core';
import { integrationBridge, vifPort } from './ovs-port.js';

/**
 * guest's tap ── hybrid bridge ── veth pair ── integration bridge. The tap is the hypervisor's to make.
 */
export function hybridPlug(vif: VIFBridge, instanceUuid: string, mtu: number): Plan {
  const hybrid = requireField(vif, 'bridge_name', vif.id);
  const bridge = requireField(requireField(vif, 'network', vif.id), 'bridge', vif.id);
  const [, name] = vethNames(vif.id);
  return [
    ...hybridLinks({ vifId: vif.id, bridge: hybrid, mtu }),
    integrationBridge(vif, bridge),
    vifPort(vif, instanceUuid, { name, bridge, mtu, wired: true }),
  ];
}

export function hybridUnplug(vif: VIFBridge): Plan {
  const [, name] = vethNames(vif.id);
  const bridge = requireField(vif, 'bridge_name', vif.id);
  return [{ kind: 'ovsPortAbsent', name, own: true }, ...noHybridLinks({ vifId: vif.id, bridge })];
}
