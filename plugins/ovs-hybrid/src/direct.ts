import type { Plan } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFOpenVSwitch } from '@vifkit/core/os-vif';
import type { LinkStep, OvsPortStep } from '@vifkit/core/steps';
import {
  datapathOf,
  ensuredBridge,
  mtuOf,
  networkBridge,
  type PlugContext,
  profileOf,
  settings,
  vifPort,
} from './port.js';

/**
 * guest's tap ── integration bridge. libvirt makes the tap and the port, unless the port profile asks the plugin to
 * make the port (`create_port`), or also the tap (`create_tap`).
 */
export async function plugDirect(vif: VIFOpenVSwitch, context: PlugContext): Promise<Plan> {
  const { create_port, create_tap } = profileOf(vif);
  const datapath = datapathOf(vif);
  const ensured = ensuredBridge(vif, datapath, context);
  const { vif_name } = vif;
  if (!create_port && !create_tap) {
    if (vif_name === undefined) return [ensured];
    const bridge = { ...ensured, guestPort: vif_name };
    if (!(await context.facts.linkHasCarrier(vif_name))) return [bridge]; // the guest is not running
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

/** libvirt's port, for a running guest that has lost it. libvirt sets fewer external ids than Nova. */
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
      ...(context.port?.isolated && { protected: true }),
      ...(context.port?.trunks && context.port.vlan === undefined && { tagged: true }),
    },
    ...(interface_id === undefined
      ? []
      : [{ kind: 'ovnBinding', name: interface_id, bridge, port: name } as const]),
  ];
}

/** The types that the guest's link may have: a container's is a veth. */
export const guestLinkTypes = ['tap', 'veth'] as const;

/** The state of the guest's tap for a plan. */
export interface GuestTap {
  readonly steps: readonly LinkStep[];
  /** Whether it exists, or the plan makes it, so that it can be a port. */
  readonly isThere: boolean;
}

/** The guest's tap: made here if the port profile asks for that, otherwise libvirt's, which may not exist yet. */
export async function guestTap(vif: VIFOpenVSwitch, context: PlugContext): Promise<GuestTap> {
  const { create_tap, create_port, multiqueue } = profileOf(vif);
  const name = requireField(vif, 'vif_name', vif.id);
  const mtu = mtuOf(vif, context);
  if (create_tap) {
    const address = requireField(vif, 'address', vif.id);
    // Nova asks for several queues even if the guest's card has only one, because it is not virtio or there is no KVM.
    const create = { type: 'tap', multiQueue: multiqueue && context.tap.canMultiQueue } as const;
    const step = {
      kind: 'link',
      name,
      create,
      set: { up: true, mtu },
      initial: { address },
      unbridged: true,
    } as const;
    return { steps: [step], isThere: true };
  }
  const now = await context.facts.linkMtu(name);
  if (now === undefined) return { steps: [], isThere: false };
  // Open vSwitch would set the MTU too, but nothing would restore it if the plug fails. If libvirt makes the port, the
  // tap has the bridge's MTU. The bridge serves networks with different MTUs, so a larger MTU is not a fault.
  const sized = create_port || now < mtu ? { mtu } : {};
  return {
    steps: [{ kind: 'link', name, types: guestLinkTypes, set: { up: true, ...sized }, unbridged: true }],
    isThere: true,
  };
}

/** The leg of the tap that libvirt makes; a tap that is made here is known from the plan. */
export function guestTapLeg(vif: VIFOpenVSwitch, context: PlugContext): Leg[] {
  if (vif.vif_name === undefined || profileOf(vif).create_tap) return [];
  const types = guestLinkTypes;
  return [{ kind: 'guestLink', name: vif.vif_name, madeBy: 'hypervisor', types, mtu: mtuOf(vif, context) }];
}
