import { type ConversionContext, type VifConverter, vifConverter } from '@vifkit/core';
import {
  interfaceId,
  isHybridPlug,
  type NetworkVif,
  portSettings,
  toHostDevice,
  toVifFields,
  wantsMultiqueue,
} from '@vifkit/core/nova';
import { type VIFBase, VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import { hybridBridgeName } from '@vifkit/core/steps';
import { representorProfile } from './representor-profile.js';

/** VIF type `ovs` of Nova's network model, by the rules of today's Nova. */
@vifConverter({ type: 'ovs', routing: 'current' })
export class OvsConverter implements VifConverter {
  convert(vif: NetworkVif, context: ConversionContext): VIFBase {
    return convertOvs(vif, context);
  }
}

/** @throws VifError INVALID_VIF, INVALID_REQUEST */
export function convertOvs(vif: NetworkVif, context: ConversionContext): VIFBase {
  switch (vif.vnic_type) {
    case 'direct':
    case 'vdpa':
      return toHostDevice(vif, 'ovs', representorProfile(vif));
    case 'remote-managed':
      // A card with a system of its own sets up the representor there.
      return toHostDevice(vif, 'noop');
    default:
      return isHybridPlug(vif) ? hybridPort(vif, context) : directPort(vif, context);
  }
}

function hybridPort(vif: NetworkVif, context: ConversionContext): VIFBase {
  return new VIFBridge({
    ...toVifFields(vif),
    plugin: 'ovs',
    bridge_name: hybridBridgeName(vif.id),
    port_profile: new VIFPortProfileOpenVSwitch(profileFields(vif, context)),
  });
}

function directPort(vif: NetworkVif, context: ConversionContext): VIFBase {
  const { bridge } = vif.network;
  return new VIFOpenVSwitch({
    ...toVifFields(vif),
    plugin: 'ovs',
    ...(bridge !== undefined && { bridge_name: bridge }),
    port_profile: new VIFPortProfileOpenVSwitch({
      ...profileFields(vif, context),
      // libvirt would make the port without its VLAN.
      create_port: vif.delegate_create || portSettings(vif) !== undefined,
    }),
  });
}

function profileFields(vif: NetworkVif, context: ConversionContext) {
  const { datapath_type = null, ovs_create_tap: create_tap = false } = vif.details;
  return {
    interface_id: interfaceId(vif),
    datapath_type,
    create_tap,
    // Only a tap that the plugin makes has to be told its queues.
    ...(create_tap && { multiqueue: wantsMultiqueue(context) }),
  };
}
