import { VifError } from '../errors/vif-error.js';
import type { VIFBase } from '../objects/vif-base.js';
import { NetworkVif } from './network-vif.js';

/** Nova's NIC_NAME_LEN: one less than what the kernel takes. */
const nicNameLength = 14;

/** The name of the host's device: the VIF's own choice, or one made of its id. */
export function deviceName(vif: NetworkVif): string {
  return vif.devname ?? `nic${vif.id}`.slice(0, nicNameLength);
}

/** What Open vSwitch calls the port: `external_ids:iface-id`. */
export function interfaceId(vif: NetworkVif): string {
  return vif.ovs_interfaceid ?? vif.id;
}

/**
 * The bridge of the VIF's network.
 * @throws VifError INVALID_VIF when it names none
 */
export function networkBridge(vif: NetworkVif): string {
  const { bridge } = vif.network;
  if (bridge !== undefined) return bridge;
  throw new VifError('INVALID_VIF', 'vif.network.bridge is missing, and this VIF type needs it', {
    vifId: vif.id,
  });
}

/**
 * The id of the VIF's network in the network service.
 * @throws VifError INVALID_VIF when there is none
 */
export function networkId(vif: NetworkVif): string {
  const { id } = vif.network;
  if (id !== undefined) return id;
  throw new VifError('INVALID_VIF', 'vif.network.id is missing, and this VIF type needs it', {
    vifId: vif.id,
  });
}

/** The MTU of the VIF's network in bytes, if it has one: Nova and os-vif take 0 for none. */
export function networkMtu(vif: NetworkVif | VIFBase): number | undefined {
  const mtu = vif instanceof NetworkVif ? vif.network.meta.mtu : vif.network?.mtu;
  return mtu || undefined;
}

/** Whether Neutron filters the traffic, so that the host need not. */
export function isNeutronFiltering(vif: NetworkVif): boolean {
  return vif.details.port_filter === true;
}

/** Whether Neutron asks for a Linux bridge for the filter between guest and switch. */
export function isHybridPlug(vif: NetworkVif): boolean {
  return vif.details.ovs_hybrid_plug === true;
}

/** Whether the host has to filter the VIF's traffic. */
export function isHostFiltering(vif: NetworkVif, hostFilters: boolean): boolean {
  return hostFilters && !isNeutronFiltering(vif);
}

/** Whether a Linux bridge goes between guest and switch: a filter of the host's cannot see into a switch. */
export function needsHybridBridge(vif: NetworkVif, hostFilters: boolean): boolean {
  return isHostFiltering(vif, hostFilters) || isHybridPlug(vif);
}
