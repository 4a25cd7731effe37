import { type LinkStep, type Plan, requireField, type VIFBridge } from '@vifkit/core';
import { vethNames } from './names.js';
import { integrationBridge, vifPort } from './ovs-port.js';

/**
 * guest's tap ── hybrid bridge ── veth pair ── integration bridge. The tap is the hypervisor's to make.
 */
export function hybridPlug(vif: VIFBridge, instanceUuid: string, mtu: number): Plan {
  const hybrid = requireField(vif, 'bridge_name', vif.id);
  const bridge = requireField(requireField(vif, 'network', vif.id), 'bridge', vif.id);
  const [bridgeEnd, switchEnd] = vethNames(vif.id);
  const end = { up: true, mtu, promisc: true };
  return [
    hybridBridge(hybrid, mtu),
    {
      kind: 'link',
      name: bridgeEnd,
      create: { type: 'veth', peer: switchEnd },
      set: { ...end, master: hybrid },
    },
    { kind: 'link', name: switchEnd, create: { type: 'veth', peer: bridgeEnd }, set: end },
    integrationBridge(vif, bridge),
    vifPort(vif, instanceUuid, { name: switchEnd, bridge, mtu, wired: true }),
  ];
}

export function hybridUnplug(vif: VIFBridge): Plan {
  const [bridgeEnd, switchEnd] = vethNames(vif.id);
  return [
    { kind: 'ovsPortAbsent', name: switchEnd, own: true },
    { kind: 'linkAbsent', name: bridgeEnd, type: 'veth', own: true },
    { kind: 'linkAbsent', name: switchEnd, type: 'veth', own: true },
    { kind: 'linkAbsent', name: requireField(vif, 'bridge_name', vif.id), type: 'bridge', own: true },
  ];
}

function hybridBridge(name: string, mtu: number): LinkStep {
  return {
    kind: 'link',
    name,
    create: { type: 'bridge' },
    set: {
      up: true,
      mtu,
      // The bridge is a wire, not a host: no address of its own, and no answer to ARP for the host's.
      ipv6: false,
      arpIgnore: 1,
      arpAnnounce: 2,
      bridge: {
        forwardDelay: 0,
        stp: false,
        multicastSnooping: false,
        // A learned address would send a guest's traffic the wrong way after its live migration.
        ageing: 0,
      },
    },
  };
}
