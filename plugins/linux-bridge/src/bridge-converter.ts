import { type VifConverter, vifConverter } from '@vifkit/core';
import { type NetworkVif, toVifFields } from '@vifkit/core/nova';
import { type VIFBase, VIFBridge } from '@vifkit/core/os-vif';

/** VIF type `bridge` of Nova's network model, by all rules: Nova has never changed this one. */
@vifConverter({ type: 'bridge' })
export class BridgeConverter implements VifConverter {
  convert(vif: NetworkVif): VIFBase {
    const { bridge } = vif.network;
    return new VIFBridge({
      ...toVifFields(vif),
      plugin: 'linux_bridge',
      ...(bridge !== undefined && { bridge_name: bridge }),
    });
  }
}
