import {
  interfaceId,
  isHybridPlug,
  isNeutronFiltering,
  type NetworkVif,
  toVifFields,
  type VIFBase,
  VIFBridge,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  type VifConverter,
  vifConverter,
} from '@vifkit/core';
import { hybridBridgeName } from './names.js';

/** VIF type `ovs` of Nova's network model. */
@vifConverter({ type: 'ovs' })
export class OvsConverter implements VifConverter {
  convert(vif: NetworkVif, { hostFilters }: { readonly hostFilters: boolean }): VIFBase {
    const { datapath_type } = vif.details;
    const { bridge } = vif.network;
    const fields = {
      ...toVifFields(vif),
      plugin: 'ovs',
      port_profile: new VIFPortProfileOpenVSwitch({
        interface_id: interfaceId(vif),
        ...(datapath_type !== undefined && { datapath_type }),
      }),
    };
    // A filter of the host's cannot see into Open vSwitch: it needs a Linux bridge before it.
    const filtersHere = hostFilters && !isNeutronFiltering(vif);
    if (filtersHere || isHybridPlug(vif)) {
      return new VIFBridge({ ...fields, bridge_name: hybridBridgeName(vif.id) });
    }
    return new VIFOpenVSwitch({ ...fields, ...(bridge !== undefined && { bridge_name: bridge }) });
  }
}
