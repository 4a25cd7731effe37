import { DatapathOffloadRepresentor } from '../objects/datapath-offload-representor.js';
import { VIFHostDevice } from '../objects/vif-host-device.js';
import type { VIFPortProfileBase } from '../objects/vif-port-profile-base.js';
import type { NetworkVif } from './network-vif.js';
import { requireKeys } from './require-keys.js';
import { toVifFields } from './to-vif-fields.js';
import { deviceName } from './vif-facts.js';

/**
 * The object of a virtual function that the guest gets as it is, as Nova converts it.
 * @throws VifError INVALID_VIF when the profile has no `pci_slot`
 */
export function toHostDevice(
  vif: NetworkVif,
  plugin: string,
  port_profile?: VIFPortProfileBase,
): VIFHostDevice {
  const { pci_slot } = requireKeys(vif, 'profile', 'pci_slot');
  // A device that the guest has is no link of the host's: it has no name there.
  const { vif_name: _, ...fields } = toVifFields(vif);
  const profile = port_profile && { port_profile };
  return new VIFHostDevice({ ...fields, plugin, dev_type: 'ethernet', dev_address: pci_slot, ...profile });
}

/**
 * The representor of a VIF's virtual function (switchdev), named after the VIF's device.
 * @throws VifError INVALID_VIF when the profile has no `pci_slot`
 */
export function toRepresentor(vif: NetworkVif): DatapathOffloadRepresentor {
  const { pci_slot } = requireKeys(vif, 'profile', 'pci_slot');
  return new DatapathOffloadRepresentor({
    representor_name: deviceName(vif),
    representor_address: pci_slot,
  });
}
