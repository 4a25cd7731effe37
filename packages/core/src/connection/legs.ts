/**
 * The legs of the way from a guest to its network, which a plugin's `path` returns.
 *
 * @packageDocumentation
 */

/**
 * The way from a guest to its network, leg by leg. Legs are data: they say what there has to be. The host is read for
 * all legs of all VIFs at once, and the engine judges each: sound, broken, or waiting for something that comes later.
 */
export type Leg =
  | GuestLinkLeg
  | MacvtapLeg
  | SocketLeg
  | FunctionLeg
  | BridgeLeg
  | BridgeMemberLeg
  | VethLeg
  | ChecksumLeg
  | UplinkLeg
  | VlanLeg
  | GuestFilterLeg
  | VswitchdLeg
  | OvsBridgeLeg
  | OvsPortLeg
  | OvnBindingLeg;

/** What tells the legs apart. */
export type LegKind = Leg['kind'];

/** Whether this plug makes something, or the hypervisor does when the guest starts. */
export type Maker = 'plug' | 'hypervisor';

/** The guest's link on the host: a tap, or for a container one end of a veth pair. */
export interface GuestLinkLeg {
  readonly kind: 'guestLink';
  readonly name: string;
  readonly madeBy: Maker;
  /** The types that it may have; a tap's unless given. */
  readonly types?: readonly string[];
  /** The network's MTU in bytes, which it has to carry. */
  readonly mtu?: number;
}

/** The guest's macvtap upon a link. The hypervisor makes it, under a name of its own: it is known by its MAC address. */
export interface MacvtapLeg {
  readonly kind: 'macvtap';
  /** The link below. */
  readonly name: string;
  readonly mac: string;
  /** As the kernel calls it: `bridge`, `vepa`, `private`, `passthru`; any unless given. */
  readonly mode?: string;
  readonly mtu?: number;
}

/** A vhost-user socket. */
export interface SocketLeg {
  readonly kind: 'socket';
  /** The socket's path. */
  readonly name: string;
  /** Who listens on it. */
  readonly server: 'guest' | 'switch';
  /** The port of Open vSwitch that stands for it: the leg is that one's then, and an unplug alone looks at the socket. */
  readonly port?: string;
}

/** A PCI function that the guest has as it is. */
export interface FunctionLeg {
  readonly kind: 'function';
  /** Its PCI address. */
  readonly name: string;
  /** What a virtual function has while the guest has it; libvirt sets both. */
  readonly mac?: string;
  readonly vlan?: number;
}

/** A Linux bridge. */
export interface BridgeLeg {
  readonly kind: 'bridge';
  readonly name: string;
  readonly mtu?: number;
  /** Who makes it later, where it need not be there yet. */
  readonly awaited?: string;
}

/** A link that is a member of a Linux bridge. */
export interface BridgeMemberLeg {
  readonly kind: 'bridgeMember';
  /** The member. */
  readonly name: string;
  readonly bridge: string;
  /** Who makes the member; this plug unless given. */
  readonly madeBy?: Maker;
  /** The member that it has to reach across the bridge. */
  readonly partner?: string;
}

/** Both ends of a veth pair. */
export interface VethLeg {
  readonly kind: 'veth';
  readonly name: string;
  readonly peer: string;
  readonly mtu?: number;
}

/**
 * A veth pair into Open vSwitch, through which a guest's segments come with their checksums still to be filled in. The
 * datapath in userspace does not do that, and other guests drop them: the link has to (`ethtool -K NAME tx off`).
 */
export interface ChecksumLeg {
  readonly kind: 'checksum';
  /** The end that the guest's frames leave the kernel's network by. */
  readonly name: string;
  /** The bridge of Open vSwitch; only where its datapath is `netdev` does it matter. */
  readonly bridge: string;
}

/** A link of the host that leads to the network, or to a card. */
export interface UplinkLeg {
  readonly kind: 'uplink';
  readonly name: string;
  readonly mtu?: number;
  /** It stands for something of the guest's, and has a carrier only while the guest runs. */
  readonly followsGuest?: boolean;
}

/** A VLAN upon a link. */
export interface VlanLeg {
  readonly kind: 'vlan';
  readonly name: string;
  readonly below: string;
  readonly id: number;
  readonly mtu?: number;
}

/** The rules that let a guest send as itself alone. */
export interface GuestFilterLeg {
  readonly kind: 'guestFilter';
  /** The guest's link. */
  readonly name: string;
}

/** The daemon that does what Open vSwitch's database says. */
export interface VswitchdLeg {
  readonly kind: 'vswitchd';
  readonly name: 'ovs-vswitchd';
}

/** A bridge of Open vSwitch, with its datapath. */
export interface OvsBridgeLeg {
  readonly kind: 'ovsBridge';
  readonly name: string;
}

/** A port of Open vSwitch. */
export interface OvsPortLeg {
  readonly kind: 'ovsPort';
  readonly name: string;
  readonly bridge: string;
  readonly madeBy: Maker;
  /** Who makes what the port opens: a link, or the guest's end of a socket. */
  readonly linkBy: Maker;
  /** The interface's type; '' is a link of the kernel. */
  readonly type: string;
  /** What the interface's `external_ids` must have. */
  readonly interfaceId?: string;
  readonly mac?: string;
  /** The other end of a patch port. */
  readonly peer?: string;
  /** A new port is in the dead VLAN until Neutron's agent takes it out of there. */
  readonly isolated?: boolean;
  /** The VLAN that it has to be in, where that is the plug's to say. */
  readonly tag?: number;
}

/** The port's binding to this chassis by OVN. It counts only where OVN manages the bridge. */
export interface OvnBindingLeg {
  readonly kind: 'ovnBinding';
  /** OVN's name of the logical port. */
  readonly name: string;
  readonly bridge: string;
  /** The interface that is bound. */
  readonly port: string;
}
