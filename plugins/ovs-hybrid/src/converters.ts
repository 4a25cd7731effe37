import { type ConversionContext, type VifConverter, vifConverter } from '@vifkit/core';
import {
  interfaceId,
  isHybridPlug,
  type NetworkVif,
  needsHybridBridge,
  portSettings,
  toHostDevice,
  toRepresentor,
  toVifFields,
  vhostUserSocket,
  wantsMultiqueue,
} from '@vifkit/core/nova';
import {
  type VIFBase,
  VIFBridge,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
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
        ...(portSettings(vif) && !isHybrid && { create_port: true }), // libvirt would make the port without its VLAN
      }),
    };
    if (isHybrid) {
      return new VIFBridge({ ...fields, bridge_name: hybridBridgeName(vif.id) });
    }
    return new VIFOpenVSwitch({ ...fields, ...(bridge !== undefined && { bridge_name: bridge }) });
  }
}

/** VIF type `ovs` of Nova's network model, by the rules of today's Nova. */
@vifConverter({ type: 'ovs', routing: 'current' })
export class OvsConverter implements VifConverter {
  convert(vif: NetworkVif, context: ConversionContext): VIFBase {
    return convertOvs(vif, context);
  }
}

/** @throws VifError INVALID_VIF, INVALID_REQUEST */
function convertOvs(vif: NetworkVif, context: ConversionContext): VIFBase {
  switch (vif.vnic_type) {
    case 'direct':
    case 'vdpa':
      return toHostDevice(vif, 'ovs', representorProfile(vif));
    case 'remote-managed':
      // A card that runs its own system sets up the representor there.
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
    // Only for a tap that the plugin makes must the queues be specified.
    ...(create_tap && { multiqueue: wantsMultiqueue(context) }),
  };
}

/**
 * VIF type `agilio_ovs` of Nova's network model: Open vSwitch offloaded to Netronome's cards. Netronome provides its
 * plugin; ports without offload are ordinary Open vSwitch ports.
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

/**
 * The port profile of a virtual function whose representor is an Open vSwitch port. Like Nova's, it describes the
 * representor twice: older peers read one description, newer ones the other.
 * @throws VifError INVALID_VIF when the VIF's profile has no `pci_slot`
 */
function representorProfile(vif: NetworkVif): VIFPortProfileOVSRepresentor {
  const datapath_offload = toRepresentor(vif);
  return new VIFPortProfileOVSRepresentor({
    interface_id: interfaceId(vif),
    ...datapath_offload,
    datapath_offload,
  });
}
