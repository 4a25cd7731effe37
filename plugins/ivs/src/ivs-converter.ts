import { type VifConverter, vifConverter } from '@vifkit/core';
import { isHybridPlug, type NetworkVif, toVifFields } from '@vifkit/core/nova';
import { type VIFBase, VIFBridge, VIFGeneric } from '@vifkit/core/os-vif';
import { hybridBridgeName } from '@vifkit/core/steps';

/** VIF type `ivs` of Nova's network model, by the rules of today's Nova. */
@vifConverter({ type: 'ivs', routing: 'current' })
export class IvsConverter implements VifConverter {
  convert(vif: NetworkVif): VIFBase {
    const fields = { ...toVifFields(vif), plugin: 'ivs' };
    if (!isHybridPlug(vif)) return new VIFGeneric(fields);
    return new VIFBridge({ ...fields, bridge_name: hybridBridgeName(vif.id) });
  }
}
