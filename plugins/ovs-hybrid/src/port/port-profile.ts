import { unsupportedVif } from '@vifkit/core';
import { type VIFBase, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import type { OvsDatapathType } from '@vifkit/core/steps';

/** The VIF's port profile. @throws VifError UNSUPPORTED_VIF */
export function profileOf(vif: VIFBase): VIFPortProfileOpenVSwitch {
  if (vif.port_profile instanceof VIFPortProfileOpenVSwitch) return vif.port_profile;
  throw unsupportedVif('ovs', vif, 'it needs a VIFPortProfileOpenVSwitch');
}

/** The datapath of the VIF's bridge. @throws VifError UNSUPPORTED_VIF */
export function datapathOf(vif: VIFBase, otherwise: OvsDatapathType = 'system'): OvsDatapathType {
  const type = profileOf(vif).datapath_type || otherwise;
  if (type === 'system' || type === 'netdev' || type === 'dummy') return type;
  throw unsupportedVif('ovs', vif, `its datapath_type '${type}' is neither system nor netdev`);
}

/** Neutron's id of the port, by which its interface is known; the VIF's own where the profile has none. */
export function interfaceIdOf({ id, port_profile }: VIFBase): string {
  return (port_profile instanceof VIFPortProfileOpenVSwitch && port_profile.interface_id) || id;
}
