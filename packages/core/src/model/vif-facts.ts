import { VifError } from '../errors/vif-error.js';
import type { NetworkVif } from './network-vif.js';

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

/** The MTU of the VIF's network in bytes, if it has one. */
export function networkMtu(vif: NetworkVif): number | undefined {
  return vif.network.meta.mtu;
}

/** Whether Neutron filters the traffic, so that the host need not. */
export function isNeutronFiltering(vif: NetworkVif): boolean {
  return vif.details.port_filter === true;
}

/** Whether a Linux bridge for the filter goes between guest and Open vSwitch. */
export function isHybridPlug(vif: NetworkVif): boolean {
  return vif.details.ovs_hybrid_plug === true;
}
