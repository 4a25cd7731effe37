import {
  hybridBridgeName,
  isHybridPlug,
  type NetworkVif,
  toVifFields,
  type VIFBase,
  VIFBridge,
  VIFGeneric,
  type VifConverter,
  vifConverter,
} from '@vifkit/core';

/** VIF type `ivs` of Nova's network model, by the rules of today's Nova. */
@vifConverter({ type: 'ivs', routing: 'current' })
export class IvsConverter implements VifConverter {
  convert(vif: NetworkVif): VIFBase {
    const fields = { ...toVifFields(vif), plugin: 'ivs' };
    if (!isHybridPlug(vif)) return new VIFGeneric(fields);
    return new VIFBridge({ ...fields, bridge_name: hybridBridgeName(vif.id) });
  }
}
