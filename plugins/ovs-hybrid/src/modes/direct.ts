import { type Plan, requireField, type VIFOpenVSwitch } from '@vifkit/core';
import { ensuredBridge } from '../port/bridges.js';
import type { PlugContext } from '../port/plug-context.js';
import { datapathOf, profileOf } from '../port/port-profile.js';
import { settings, vifPort } from '../port/vif-port.js';
import { guestTap } from './guest-tap.js';

/**
 * guest's tap ── integration bridge. libvirt makes the tap and the port, unless the port profile asks for the
 * port (`create_port`), or for the tap as well (`create_tap`).
 */
export async function plugDirect(vif: VIFOpenVSwitch, context: PlugContext): Promise<Plan> {
  const { create_port, create_tap } = profileOf(vif);
  const datapath = datapathOf(vif);
  const ensured = ensuredBridge(vif, datapath, context);
  const { vif_name } = vif;
  if (!create_port && !create_tap) {
    return [{ ...ensured, ...(vif_name !== undefined && { guestPort: vif_name }) }];
  }
  const name = requireField(vif, 'vif_name', vif.id);
  return [
    ...(await guestTap(vif, context)),
    ensured,
    vifPort(vif, context, { name, datapath, wired: create_tap }),
    ...settings(name, context),
  ];
}
