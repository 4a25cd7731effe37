import type { Plan } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFBridge } from '@vifkit/core/os-vif';
import { guestLinkIn, guestLinkPath, hybridLinks, vethNames } from '@vifkit/core/steps';
import { datapathOf, ensuredBridge, mtuOf, type PlugContext, settings, vifPort } from './port.js';

/** guest's tap ── hybrid bridge ── veth pair ── integration bridge. The hypervisor makes the tap. */
export function plugHybrid(vif: VIFBridge, context: PlugContext): Plan {
  const bridge = requireField(vif, 'bridge_name', vif.id);
  const [, name] = vethNames(vif.id);
  const datapath = datapathOf(vif);
  const inUserspace = datapath === 'netdev';
  const mtu = mtuOf(vif, context);
  return [
    ...hybridLinks({ vifId: vif.id, bridge, mtu, inUserspace }),
    ensuredBridge(vif, datapath, context),
    vifPort(vif, context, { name, datapath, wired: true }),
    ...settings(name, context),
    // The tap may be a port from an earlier plug, which goes with the step above.
    ...(vif.vif_name === undefined
      ? []
      : [{ ...guestLinkIn(bridge, vif.vif_name, mtu), leavesSwitch: true }]),
  ];
}

export function hybridPath(vif: VIFBridge, context: PlugContext): Leg[] {
  const [name] = vethNames(vif.id);
  const bridge = requireField(vif, 'bridge_name', vif.id);
  const options = { mtu: mtuOf(vif, context), partner: name };
  return vif.vif_name === undefined ? [] : guestLinkPath(bridge, vif.vif_name, options);
}
