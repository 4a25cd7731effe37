import type { Leg } from '../connection/legs.js';
import type { LinkAbsentStep, LinkStep, Plan } from '../plan/steps.js';
import type { Requirement } from './declaration.js';

/** A tap, and the vendor's tool that makes it a port of the vendor's network. */
export interface BoundTap {
  /** The tap's. */
  readonly name: string;
  /** Whether the guest's card has several queues: `context.tap.multiQueue`. */
  readonly multiQueue: boolean;
  /** Program and arguments. */
  readonly bind: readonly string[];
  /** Likewise; it has to bear a port that is not bound. */
  readonly unbind: readonly string[];
  /** Where the tool comes from. */
  readonly vendor: string;
}

/** Makes the tap and binds it. A failed plug unbinds it only if the tap is new: another may carry a guest by now. */
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

/** Neutron's and Nova's names of 14 characters, one less than the kernel would take. */
const NAME_LENGTH = 14;

function nameFor(prefix: string, vifId: string): string {
  return `${prefix}${vifId}`.slice(0, NAME_LENGTH);
}

/** The guest's tap, by Neutron's and Nova's rule. */
export function tapName(vifId: string): string {
  return nameFor('tap', vifId);
}

/** The Linux bridge between a guest's tap and a switch. */
export function hybridBridgeName(vifId: string): string {
  return nameFor('qbr', vifId);
}

/** The veth pair between that bridge (first) and the switch (second). */
export function vethNames(vifId: string): readonly [bridgeEnd: string, switchEnd: string] {
  return [nameFor('qvb', vifId), nameFor('qvo', vifId)];
}

/** What a VIF's hybrid links depend on. */
export interface HybridLinks {
  /** The links are named after it. */
  readonly vifId: string;
  /** The Linux bridge; {@link hybridBridgeName} unless given. */
  readonly bridge?: string;
  /** In bytes, of bridge and veth pair; the kernel's choice unless given. */
  readonly mtu?: number;
  /** The guest's tap, which the hypervisor makes in the bridge; a plug puts it back there. */
  readonly tap?: string | undefined;
  /**
   * The switch's datapath is in userspace. It reads the guest's segments without what a card would fill in of their
   * checksums, and other guests drop them: the pair has to do it.
   */
  readonly inUserspace?: boolean;
}

/**
 * A Linux bridge, where the host's filter sees the guest's traffic, and the veth pair from there to a switch.
 * The pair's far end is still to be made a port of the switch.
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
  // The ends are wires, too. With IPv6 each had an address of the host's, and ovs-vswitchd would read all routes of the
  // host at each change of theirs, of which a plug brings about several.
  const initial = { ipv6: false };
  return [
    {
      kind: 'link',
      name: bridge,
      create: { type: 'bridge' },
      set: {
        up: true,
        ...sized,
        // The bridge is a wire, not a host: no address of its own, and no answer to ARP for the host's.
        ipv6: false,
        arpIgnore: 1,
        arpAnnounce: 2,
        bridge: {
          forwardDelay: 0,
          stp: false,
          multicastSnooping: false,
          // A learned address would send a guest's traffic the wrong way after its live migration.
          ageing: 0,
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

/** Has the guest's link, which the hypervisor makes, as a member of a Linux bridge once it is there. */
export function guestLinkIn(bridge: string, name: string, mtu: number | undefined): LinkStep {
  const set = { up: true, master: bridge, ...(mtu !== undefined && { mtu }) };
  // A container's link is a veth.
  return { kind: 'link', name, types: ['tap', 'veth'], set, ifPresent: true };
}

/** The legs from the guest to a Linux bridge whose member its link is. */
export function guestLinkPath(
  bridge: string,
  name: string,
  { mtu, partner }: { readonly mtu?: number | undefined; readonly partner?: string } = {},
): Leg[] {
  const sized = mtu === undefined ? {} : { mtu };
  const madeBy = 'hypervisor';
  return [
    { kind: 'guestLink', name, madeBy, types: ['tap', 'veth'], ...sized },
    { kind: 'bridgeMember', name, bridge, madeBy, ...(partner !== undefined && { partner }) },
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

/** Whose port it is. */
export interface PortOwner {
  /** Neutron's id of the port. */
  readonly interfaceId: string;
  /** The guest's MAC address. */
  readonly address: string;
  readonly instanceUuid: string;
}

/** The external ids of an Open vSwitch interface by which Neutron's agents and OVN know a guest's port. */
export function portIds({ interfaceId, address, instanceUuid }: PortOwner): Record<string, string> {
  return {
    'iface-id': interfaceId,
    'iface-status': 'active',
    'attached-mac': address,
    'vm-uuid': instanceUuid,
  };
}

/** What it takes to make a tap: for the `needs` of plugins that do. */
export const tapNeeds: readonly Requirement[] = [
  { kind: 'program', name: 'ip', from: 'iproute2' },
  { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" },
];
