import { type VifConverter, vifConverter } from '@vifkit/core';
import {
  interfaceId,
  isHybridPlug,
  linkNameFor,
  type NetworkVif,
  toVifFields,
  vhostUserSocket,
} from '@vifkit/core/nova';
import {
  VIFPortProfileFPBridge,
  VIFPortProfileFPOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { hybridBridgeName } from '@vifkit/core/steps';

/**
 * VIF type `vhostuser` of Nova's network model, by the rules of today's Nova. The owner of the socket determines the
 * result.
 */
@vifConverter({ type: 'vhostuser', routing: 'current' })
export class VhostUserConverter implements VifConverter {
  convert(vif: NetworkVif): VIFVHostUser {
    const { vhostuser_fp_plug, vhostuser_ovs_plug, vhostuser_vrouter_plug } = vif.details;
    const fields = { ...toVifFields(vif), ...vhostUserSocket(vif) };
    if (vhostuser_fp_plug) {
      const port_profile = vhostuser_ovs_plug ? fastPathOvs(vif) : fastPathBridge(vif);
      return new VIFVHostUser({ ...fields, plugin: 'vhostuser_fp', port_profile });
    }
    if (vhostuser_ovs_plug) {
      const port_profile = new VIFPortProfileOpenVSwitch(ovsFields(vif));
      return new VIFVHostUser({
        ...fields,
        plugin: 'ovs',
        vif_name: linkNameFor('vhu', vif.id),
        port_profile,
      });
    }
    return new VIFVHostUser({ ...fields, plugin: vhostuser_vrouter_plug ? 'contrail_vrouter' : 'noop' });
  }
}

function fastPathOvs(vif: NetworkVif): VIFPortProfileFPOpenVSwitch {
  const hybrid_plug = isHybridPlug(vif);
  const bridge = hybrid_plug ? { bridge_name: hybridBridgeName(vif.id) } : bridgeOf(vif);
  return new VIFPortProfileFPOpenVSwitch({ ...ovsFields(vif), hybrid_plug, ...bridge });
}

function fastPathBridge(vif: NetworkVif): VIFPortProfileFPBridge {
  return new VIFPortProfileFPBridge(bridgeOf(vif));
}

function ovsFields(vif: NetworkVif) {
  return { interface_id: interfaceId(vif), datapath_type: vif.details.datapath_type ?? null };
}

function bridgeOf({ network: { bridge } }: NetworkVif): { readonly bridge_name?: string } {
  return bridge === undefined ? {} : { bridge_name: bridge };
}
