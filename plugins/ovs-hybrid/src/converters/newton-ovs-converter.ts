import { type ConversionContext, type VifConverter, vifConverter } from '@vifkit/core';
import {
  interfaceId,
  type NetworkVif,
  needsHybridBridge,
  portSettings,
  toVifFields,
} from '@vifkit/core/nova';
import { type VIFBase, VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import { hybridBridgeName } from '@vifkit/core/steps';

/** VIF type `ovs` of Nova's network model, by the rules of Nova 14. */
@vifConverter({ type: 'ovs', routing: 'newton' })
export class NewtonOvsConverter implements VifConverter {
  convert(vif: NetworkVif, { hostFilters }: ConversionContext): VIFBase {
    const { datapath_type } = vif.details;
    const { bridge } = vif.network;
    const isHybrid = needsHybridBridge(vif, hostFilters);
    const fields = {
      ...toVifFields(vif),
      plugin: 'ovs',
      port_profile: new VIFPortProfileOpenVSwitch({
        interface_id: interfaceId(vif),
        ...(datapath_type !== undefined && { datapath_type }),
        ...(portSettings(vif) && !isHybrid && { create_port: true }), // libvirt would make it without its VLAN
      }),
    };
    if (isHybrid) {
      return new VIFBridge({ ...fields, bridge_name: hybridBridgeName(vif.id) });
    }
    return new VIFOpenVSwitch({ ...fields, ...(bridge !== undefined && { bridge_name: bridge }) });
  }
}
