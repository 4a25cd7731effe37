import { type VifConverter, VifError, vifConverter } from '@vifkit/core';
import {
  type NetworkVif,
  toHostDevice,
  toRepresentor,
  toVifFields,
  vhostUserSocket,
} from '@vifkit/core/nova';
import { type VIFBase, VIFGeneric, VIFPortProfileBase, VIFVHostUser } from '@vifkit/core/os-vif';

/** VIF type `vrouter` of Nova's network model, by the rules of today's Nova. */
@vifConverter({ type: 'vrouter', routing: 'current' })
export class VrouterConverter implements VifConverter {
  /** @throws VifError UNSUPPORTED_VIF for a vNIC type that vRouter does not have */
  convert(vif: NetworkVif): VIFBase {
    const plugin = 'vrouter';
    switch (vif.vnic_type) {
      case 'normal':
        return new VIFGeneric({ ...toVifFields(vif), plugin });
      case 'direct':
        return toHostDevice(vif, plugin, offloaded(vif));
      case 'virtio-forwarder': {
        const fields = { ...toVifFields(vif), ...vhostUserSocket(vif), plugin };
        return new VIFVHostUser({ ...fields, port_profile: offloaded(vif) });
      }
      default:
        throw new VifError(
          'UNSUPPORTED_VIF',
          `vRouter has no ports of vNIC type '${vif.vnic_type}': ${types}`,
          {
            vifId: vif.id,
          },
        );
    }
  }
}

const types = 'give the port normal, direct or virtio-forwarder';

function offloaded(vif: NetworkVif): VIFPortProfileBase {
  return new VIFPortProfileBase({ datapath_offload: toRepresentor(vif) });
}
