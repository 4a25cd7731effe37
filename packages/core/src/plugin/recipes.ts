import type { Leg } from '../connection/legs.js';
import { linkNameFor } from '../nova/network-facts.js';
import type { LinkAbsentStep, LinkStep, Plan } from '../plan/steps.js';
import type { Requirement } from './declaration.js';

/** A tap, and the vendor's tool that binds it to the vendor's network. */
export interface BoundTap {
  /** The name of the tap. */
  readonly name: string;
  /** Whether the guest's card has several queues: `context.tap.multiQueue`. */
  readonly multiQueue: boolean;
  /** The program that binds the tap, and its arguments. */
  readonly bind: readonly string[];
  /** The program that unbinds the tap, and its arguments. It must not fail on a port that is not bound. */
  readonly unbind: readonly string[];
  /** Where the tool comes from. */
  readonly vendor: string;
}

/**
 * Makes the tap and binds it. A failed plug unbinds it only if the tap is new: an existing tap may already carry a
 * guest.
 */
export function boundTap({ name, multiQueue, bind, unbind, vendor }: BoundTap): Plan {
  return [
    { kind: 'link', name, create: { type: 'tap', multiQueue }, set: { up: true } },
    { kind: 'command', argv: bind, undo: unbind, undoWhenCreated: name, vendor },
  ];
}

/** Unbinds the tap and removes it. */
export function noBoundTap({ name, unbind, vendor }: Omit<BoundTap, 'bind' | 'multiQueue'>): Plan {
  return [
    { kind: 'command', argv: unbind, vendor },
    { kind: 'linkAbsent', name, type: 'tap', own: true },
  ];
}

/** The name of the guest's tap, by Neutron's and Nova's rule. */
export function tapName(vifId: string): string {
  return linkNameFor('tap', vifId);
}

/** The name of the Linux bridge between a guest's tap and a switch. */
export function hybridBridgeName(vifId: string): string {
  return linkNameFor('qbr', vifId);
}

/** The names of the veth pair's ends: first the one at that bridge, then the one at the switch. */
export function vethNames(vifId: string): readonly [bridgeEnd: string, switchEnd: string] {
  return [linkNameFor('qvb', vifId), linkNameFor('qvo', vifId)];
}

/** The parameters of a VIF's hybrid links. */
export interface HybridLinks {
  /** The links are named after it. */
  readonly vifId: string;
  /** The Linux bridge; {@link hybridBridgeName} unless given. */
  readonly bridge?: string;
  /** The MTU of bridge and veth pair, in bytes; the kernel's default unless given. */
  readonly mtu?: number;
  /**
   * The guest's tap, which the hypervisor makes and adds to the bridge. A plug adds it to the bridge again if it has
   * been removed.
   */
  readonly tap?: string | undefined;
  /**
   * The switch's datapath is in userspace. It would forward the guest's segments with incomplete checksums, and other
   * guests would drop them. The veth pair must complete them.
   */
  readonly inUserspace?: boolean;
}

/**
 * A Linux bridge, on which the host's filter sees the guest's traffic, and the veth pair from there to a switch.
 * Another step must make the pair's far end a port of the switch.
 */
export function hybridLinks({
  vifId,
  bridge = hybridBridgeName(vifId),
  mtu,
  tap,
  inUserspace = false,
}: HybridLinks): LinkStep[] {
  const [bridgeEnd, switchEnd] = vethNames(vifId);
  const sized = mtu === undefined ? {} : { mtu };
  const end = { up: true, promisc: true, ...sized };
  // The ends are plain wires too. With IPv6, each would have an address of the host, and ovs-vswitchd would read all
  // routes of the host at each of its changes, of which a plug causes several.
  const initial = { ipv6: false };
  return [
    {
      kind: 'link',
      name: bridge,
      create: { type: 'bridge' },
      set: {
        up: true,
        ...sized,
        // The bridge is a plain wire, not a host: it has no address, and does not reply to ARP for the host's.
        ipv6: false,
        arpIgnore: 1,
        arpAnnounce: 2,
        bridge: {
          forwardDelay: 0,
          stp: false,
          multicastSnooping: false,
          // A learned address would misdirect a guest's traffic after its live migration.
          ageing: 0,
          // The switch separates VLANs.
          vlanFiltering: false,
        },
      },
    },
    {
      kind: 'link',
      name: bridgeEnd,
      create: { type: 'veth', peer: switchEnd },
      set: { ...end, master: bridge, ...(inUserspace && { checksumOffload: false }) },
      initial,
    },
    { kind: 'link', name: switchEnd, create: { type: 'veth', peer: bridgeEnd }, set: end, initial },
    ...(tap === undefined ? [] : [guestLinkIn(bridge, tap, mtu)]),
  ];
}

/** Makes the guest's link a member of a Linux bridge, once the hypervisor has made the link. */
export function guestLinkIn(bridge: string, name: string, mtu: number | undefined): LinkStep {
  const set = { up: true, master: bridge, ...(mtu !== undefined && { mtu }) };
  // A container's link is a veth.
  return { kind: 'link', name, types: ['tap', 'veth'], set, ifPresent: true };
}

/** The legs from the guest to the Linux bridge that its link is a member of. */
export function guestLinkPath(
  bridge: string,
  name: string,
  { mtu, partner }: { readonly mtu?: number | undefined; readonly partner?: string } = {},
): Leg[] {
  const sized = mtu === undefined ? {} : { mtu };
  const madeBy = 'hypervisor';
  return [
    { kind: 'guestLink', name, madeBy, types: ['tap', 'veth'], ...sized },
    { kind: 'bridgeMember', name, bridge, madeBy, ...(partner !== undefined && { partner }), ...sized },
  ];
}

/** Removes {@link hybridLinks}. */
export function noHybridLinks({
  vifId,
  bridge = hybridBridgeName(vifId),
}: Omit<HybridLinks, 'mtu'>): LinkAbsentStep[] {
  const [bridgeEnd, switchEnd] = vethNames(vifId);
  return [
    { kind: 'linkAbsent', name: bridgeEnd, type: 'veth', own: true },
    { kind: 'linkAbsent', name: switchEnd, type: 'veth', own: true },
    { kind: 'linkAbsent', name: bridge, type: 'bridge', own: true },
  ];
}

/** The owner of a port. */
export interface PortOwner {
  /** Neutron's id of the port. */
  readonly interfaceId: string;
  /** The guest's MAC address. */
  readonly address: string;
  readonly instanceUuid: string;
}

/** The external ids of an Open vSwitch interface, by which Neutron's agents and OVN recognise a guest's port. */
export function portIds({ interfaceId, address, instanceUuid }: PortOwner): Record<string, string> {
  return {
    'iface-id': interfaceId,
    'iface-status': 'active',
    'attached-mac': address,
    'vm-uuid': instanceUuid,
  };
}

/** What is needed to make a tap: for the `needs` of plugins that make one. */
export const tapNeeds: readonly Requirement[] = [
  { kind: 'program', name: 'ip', from: 'iproute2' },
  { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" },
];
