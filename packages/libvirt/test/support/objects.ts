import { type VIFBase, VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core';
import { hybridBridge, isHybrid } from './legacy-backends.js';
import type { ConfigVector } from './vectors.js';

type Conversion = (vector: ConfigVector) => VIFBase;

function ovs(vector: ConfigVector): VIFBase {
  const { id, address, devname, network, ovs_interfaceid, details } = vector.vif;
  const common = {
    id,
    address,
    vif_name: devname,
    plugin: 'ovs',
    port_profile: new VIFPortProfileOpenVSwitch({ interface_id: ovs_interfaceid ?? id }),
    has_traffic_filtering: details.port_filter === true,
  };
  return isHybrid(vector)
    ? new VIFBridge({ ...common, bridge_name: hybridBridge(vector) })
    : new VIFOpenVSwitch({ ...common, bridge_name: network.bridge });
}

/** The os-vif objects that Nova makes, by VIF type. */
export const conversions: Readonly<Record<string, Conversion>> = {
  ovs,
  bridge: ({ vif }) =>
    new VIFBridge({
      id: vif.id,
      address: vif.address,
      vif_name: vif.devname,
      bridge_name: vif.network.bridge,
      plugin: 'linux_bridge',
      has_traffic_filtering: vif.details.port_filter === true,
    }),
};
