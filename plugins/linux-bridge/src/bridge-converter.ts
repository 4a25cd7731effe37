import {
  type NetworkVif,
  toVifFields,
  type VIFBase,
  VIFBridge,
  type VifConverter,
  vifConverter,
} from '@vifkit/core';

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
