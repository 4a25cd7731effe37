import { type ConversionContext, type VifConverter, vifConverter } from '@vifkit/core';
import { type NetworkVif, toHostDevice, toVifFields, vhostUserSocket } from '@vifkit/core/nova';
import { type VIFBase, VIFVHostUser } from '@vifkit/core/os-vif';
import { convertOvs } from './ovs-converter.js';
import { representorProfile } from './representor-profile.js';

/**
 * VIF type `agilio_ovs` of Nova's network model: Open vSwitch offloaded to Netronome's cards. Its plugin is
 * Netronome's; ports without offload are Open vSwitch's own.
 */
@vifConverter({ type: 'agilio_ovs', routing: 'current' })
export class AgilioOvsConverter implements VifConverter {
  convert(vif: NetworkVif, context: ConversionContext): VIFBase {
    switch (vif.vnic_type) {
      case 'direct':
        return toHostDevice(vif, 'agilio_ovs', representorProfile(vif));
      case 'virtio-forwarder':
        return new VIFVHostUser({
          ...toVifFields(vif),
          ...vhostUserSocket(vif),
          plugin: 'agilio_ovs',
          port_profile: representorProfile(vif),
        });
      default:
        return convertOvs(vif, context);
    }
  }
}
