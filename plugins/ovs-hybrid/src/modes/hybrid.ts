import {
  guestLinkPath,
  hybridLinks,
  type Leg,
  type Plan,
  requireField,
  type VIFBridge,
  vethNames,
} from '@vifkit/core';
import { ensuredBridge } from '../port/bridges.js';
import type { PlugContext } from '../port/plug-context.js';
import { datapathOf } from '../port/port-profile.js';
import { mtuOf, settings, vifPort } from '../port/vif-port.js';

/** guest's tap ── hybrid bridge ── veth pair ── integration bridge. The tap is the hypervisor's to make. */
export function plugHybrid(vif: VIFBridge, context: PlugContext): Plan {
  const bridge = requireField(vif, 'bridge_name', vif.id);
  const [, name] = vethNames(vif.id);
  const datapath = datapathOf(vif);
  const inUserspace = datapath === 'netdev';
  return [
    ...hybridLinks({ vifId: vif.id, bridge, mtu: mtuOf(vif, context), tap: vif.vif_name, inUserspace }),
    ensuredBridge(vif, datapath, context),
    vifPort(vif, context, { name, datapath, wired: true }),
    ...settings(name, context),
  ];
}

export function hybridPath(vif: VIFBridge, context: PlugContext): Leg[] {
  const [name] = vethNames(vif.id);
  const bridge = requireField(vif, 'bridge_name', vif.id);
  const options = { mtu: mtuOf(vif, context), partner: name };
  return vif.vif_name === undefined ? [] : guestLinkPath(bridge, vif.vif_name, options);
}
