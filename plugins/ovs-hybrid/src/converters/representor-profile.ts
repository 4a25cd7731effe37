import { interfaceId, type NetworkVif, toRepresentor } from '@vifkit/core/nova';
import { VIFPortProfileOVSRepresentor } from '@vifkit/core/os-vif';

/**
 * The port profile of a virtual function whose representor is a port of Open vSwitch. It says what the representor is
 * twice, as Nova's does: older peers read the one, newer ones the other.
 * @throws VifError INVALID_VIF when the VIF's profile has no `pci_slot`
 */
export function representorProfile(vif: NetworkVif): VIFPortProfileOVSRepresentor {
  const datapath_offload = toRepresentor(vif);
  return new VIFPortProfileOVSRepresentor({
    interface_id: interfaceId(vif),
    ...datapath_offload,
    datapath_offload,
  });
}
