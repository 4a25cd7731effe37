import { type LinkStep, requireField, type VIFOpenVSwitch } from '@vifkit/core';
import type { PlugContext } from '../port/plug-context.js';
import { profileOf } from '../port/port-profile.js';
import { mtuOf } from '../port/vif-port.js';

/** The guest's tap: made here if the port profile wants that, or else libvirt's, which may not be there yet. */
export async function guestTap(vif: VIFOpenVSwitch, context: PlugContext): Promise<LinkStep[]> {
  const { create_tap, multiqueue } = profileOf(vif);
  const name = requireField(vif, 'vif_name', vif.id);
  const mtu = mtuOf(vif, context);
  if (create_tap) {
    const address = requireField(vif, 'address', vif.id);
    // Nova asks for several queues even where the guest's card, which is not virtio or without KVM, has one.
    const create = { type: 'tap', multiQueue: multiqueue && context.tap.canMultiQueue } as const;
    return [{ kind: 'link', name, create, set: { up: true, mtu }, initial: { address } }];
  }
  const isThere = (await context.facts.linkMtu(name)) !== undefined;
  // Open vSwitch would set the MTU as well, but nothing would give the link its own back if the plug fails.
  // A container's link is a veth.
  return isThere ? [{ kind: 'link', name, types: ['tap', 'veth'], set: { mtu } }] : [];
}
