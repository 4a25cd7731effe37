import type { Plan } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFOpenVSwitch } from '@vifkit/core/os-vif';
import type { OvsPortStep } from '@vifkit/core/steps';
import { ensuredBridge, networkBridge } from '../port/bridges.js';
import type { PlugContext } from '../port/plug-context.js';
import { datapathOf, profileOf } from '../port/port-profile.js';
import { settings, vifPort } from '../port/vif-port.js';
import { guestTap, guestTapLeg } from './guest-tap.js';

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
    if (vif_name === undefined) return [ensured];
    const bridge = { ...ensured, guestPort: vif_name };
    if (!(await context.facts.linkHasCarrier(vif_name))) return [bridge]; // its guest does not run
    const { steps } = await guestTap(vif, context);
    return [...steps, bridge, hypervisorsPort(vif, vif_name, context)];
  }
  const name = requireField(vif, 'vif_name', vif.id);
  const { steps, isThere } = await guestTap(vif, context);
  return [
    ...steps,
    ensured,
    vifPort(vif, context, { name, datapath, wired: isThere }),
    ...settings(name, context),
  ];
}

/** libvirt's port, for a guest that runs and has lost it. libvirt gives it less than Nova gives its own. */
function hypervisorsPort(vif: VIFOpenVSwitch, name: string, context: PlugContext): OvsPortStep {
  const datapath = datapathOf(vif);
  const { mtuRequest, externalIds, ...port } = vifPort(vif, context, { name, datapath, wired: true });
  const ids = ['iface-id', 'iface-status', 'attached-mac'].map((key) => [key, externalIds[key] ?? '']);
  return { ...port, externalIds: Object.fromEntries(ids), byHypervisor: true };
}

export function directPath(vif: VIFOpenVSwitch, context: PlugContext): Leg[] {
  const { create_port, create_tap, interface_id } = profileOf(vif);
  const guest = guestTapLeg(vif, context);
  const { vif_name: name, address: mac } = vif;
  if (create_port || create_tap || name === undefined) return guest;
  const bridge = networkBridge(vif);
  const ids = {
    ...(interface_id !== undefined && { interfaceId: interface_id }),
    ...(mac && { mac }),
  };
  const isolated = context.options.isolate_vif;
  return [
    ...guest,
    {
      ...{ kind: 'ovsPort', name, bridge, madeBy: 'hypervisor', linkBy: 'hypervisor', type: '', ...ids },
      ...(isolated && { isolated }),
    },
    ...(interface_id === undefined
      ? []
      : [{ kind: 'ovnBinding', name: interface_id, bridge, port: name } as const]),
  ];
}
