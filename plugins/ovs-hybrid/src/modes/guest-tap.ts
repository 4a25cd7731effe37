import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFOpenVSwitch } from '@vifkit/core/os-vif';
import type { LinkStep } from '@vifkit/core/steps';
import type { PlugContext } from '../port/plug-context.js';
import { profileOf } from '../port/port-profile.js';
import { mtuOf } from '../port/vif-port.js';

/** The guest's tap, as a plan finds it. */
export interface GuestTap {
  readonly steps: readonly LinkStep[];
  /** Whether it is there, or is made by the plan: what is to be a port then is one. */
  readonly isThere: boolean;
}

/** The guest's tap: made here if the port profile wants that, or else libvirt's, which may not be there yet. */
export async function guestTap(vif: VIFOpenVSwitch, context: PlugContext): Promise<GuestTap> {
  const { create_tap, create_port, multiqueue } = profileOf(vif);
  const name = requireField(vif, 'vif_name', vif.id);
  const mtu = mtuOf(vif, context);
  if (create_tap) {
    const address = requireField(vif, 'address', vif.id);
    // Nova asks for several queues even where the guest's card, which is not virtio or without KVM, has one.
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
  // Open vSwitch would set the MTU as well, but nothing would give the link its own back if the plug fails. Where libvirt
  // makes the port, the tap has the bridge's MTU, which serves networks of different MTU: more than enough is no fault.
  const sized = create_port || now < mtu ? { mtu } : {};
  // A container's link is a veth.
  return {
    steps: [{ kind: 'link', name, types: ['tap', 'veth'], set: { up: true, ...sized }, unbridged: true }],
    isThere: true,
  };
}

/** The leg of the tap that libvirt makes; one that is made here is known from the plan. */
export function guestTapLeg(vif: VIFOpenVSwitch, context: PlugContext): Leg[] {
  if (vif.vif_name === undefined || profileOf(vif).create_tap) return [];
  const types = ['tap', 'veth'];
  return [{ kind: 'guestLink', name: vif.vif_name, madeBy: 'hypervisor', types, mtu: mtuOf(vif, context) }];
}
