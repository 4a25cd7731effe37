/**
 * The legs of the path from a guest to its network, as a plugin's `path` method returns them.
 *
 * @packageDocumentation
 */

/**
 * One leg of the path from a guest to its network. Legs are data: they describe what must exist. The host is read once
 * for all legs of all VIFs, and the engine judges each leg: sound, broken, or waiting for something that is made later.
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

/** The discriminator of {@link Leg}. */
export type LegKind = Leg['kind'];

/** Who makes something: this plug, or the hypervisor when it starts the guest. */
export type Maker = 'plug' | 'hypervisor';

/** The guest's link on the host: a tap, or for a container one end of a veth pair. */
export interface GuestLinkLeg {
  readonly kind: 'guestLink';
  readonly name: string;
  readonly madeBy: Maker;
  /** The permitted link types; only a tap unless given. */
  readonly types?: readonly string[];
  /** The network's MTU in bytes, which the link must support. */
  readonly mtu?: number;
  /** The guest's MAC address, which its link must not have in a Linux bridge; the VIF's unless given. */
  readonly mac?: string;
}

/** The guest's macvtap on top of a link. The hypervisor makes and names it, so it is identified by its MAC address. */
export interface MacvtapLeg {
  readonly kind: 'macvtap';
  /** The lower link. */
  readonly name: string;
  readonly mac: string;
  /** The kernel's name of the mode: `bridge`, `vepa`, `private` or `passthru`; any mode unless given. */
  readonly mode?: string;
  readonly mtu?: number;
  /** Whether the guest uses IPv6, which needs multicasts; according to the VIF's subnets unless given. */
  readonly ipv6?: boolean;
}

/** A vhost-user socket. */
export interface SocketLeg {
  readonly kind: 'socket';
  /** The socket's path. */
  readonly name: string;
  /** Who listens on it. */
  readonly server: 'guest' | 'switch';
  /**
   * The Open vSwitch port that represents it. The port is then the leg that is checked; only an unplug looks at the
   * socket.
   */
  readonly port?: string;
}

/** A PCI function that is passed through to the guest. */
export interface FunctionLeg {
  readonly kind: 'function';
  /** Its PCI address. */
  readonly name: string;
  /** What a virtual function is set to while the guest uses it; libvirt sets both. */
  readonly mac?: string;
  readonly vlan?: number;
}

/** A Linux bridge. */
export interface BridgeLeg {
  readonly kind: 'bridge';
  readonly name: string;
  readonly mtu?: number;
  /** Who makes the bridge later, if it need not exist yet. */
  readonly awaited?: string;
  /** The guest's MAC address, which the bridge must not have; the VIF's unless given. */
  readonly mac?: string;
}

/** A link that is a member of a Linux bridge. */
export interface BridgeMemberLeg {
  readonly kind: 'bridgeMember';
  /** The member. */
  readonly name: string;
  readonly bridge: string;
  /** Who makes the member; this plug unless given. */
  readonly madeBy?: Maker;
  /** The member that this one must reach across the bridge; any other member unless given. */
  readonly partner?: string;
  /** The network's MTU in bytes, which a member that leads to the network must support. */
  readonly mtu?: number;
  /** The request isolates it: it must not reach other isolated members. */
  readonly isolated?: boolean;
  /** The request puts it in VLANs that the guest tags, and in none for untagged frames. */
  readonly tagged?: boolean;
  /** The guest's MAC address, which no member must have; the VIF's unless given. */
  readonly mac?: string;
  /** Whether the guest uses IPv6, which needs multicasts; according to the VIF's subnets unless given. */
  readonly ipv6?: boolean;
}

/** Both ends of a veth pair. */
export interface VethLeg {
  readonly kind: 'veth';
  readonly name: string;
  readonly peer: string;
  readonly mtu?: number;
}

/**
 * A veth pair into Open vSwitch. A guest's segments arrive on it with incomplete checksums. The userspace datapath does
 * not complete them, and other guests would drop the segments, so the link must do it (`ethtool -K NAME tx off`).
 */
export interface ChecksumLeg {
  readonly kind: 'checksum';
  /** The end by which the guest's frames leave the kernel's network stack. */
  readonly name: string;
  /** The Open vSwitch bridge. The leg matters only if the bridge's datapath is `netdev`. */
  readonly bridge: string;
}

/** A link of the host that leads to the network or to a network card. */
export interface UplinkLeg {
  readonly kind: 'uplink';
  readonly name: string;
  readonly mtu?: number;
  /** The link represents a device of the guest, and has a carrier only while the guest runs. */
  readonly followsGuest?: boolean;
}

/** A VLAN device on top of a link. */
export interface VlanLeg {
  readonly kind: 'vlan';
  readonly name: string;
  readonly below: string;
  readonly id: number;
  readonly mtu?: number;
}

/** The rules that keep a guest from sending with any address but its own. */
export interface GuestFilterLeg {
  readonly kind: 'guestFilter';
  /** The guest's link. */
  readonly name: string;
}

/** The daemon that implements the configuration in Open vSwitch's database. */
export interface VswitchdLeg {
  readonly kind: 'vswitchd';
  readonly name: 'ovs-vswitchd';
}

/** An Open vSwitch bridge, with its datapath. */
export interface OvsBridgeLeg {
  readonly kind: 'ovsBridge';
  readonly name: string;
  /** Others join it to the network by a patch port, as Neutron's agent does with a trunk's bridge. */
  readonly joined?: boolean;
  /** Whether the guest uses IPv6, which needs multicasts; according to the VIF's subnets unless given. */
  readonly ipv6?: boolean;
}

/** An Open vSwitch port. */
export interface OvsPortLeg {
  readonly kind: 'ovsPort';
  readonly name: string;
  readonly bridge: string;
  readonly madeBy: Maker;
  /** Who makes what the port attaches to: a link, or the guest's end of a socket. */
  readonly linkBy: Maker;
  /** The interface's type; '' for a kernel link. */
  readonly type: string;
  /** The required value of `iface-id` in the interface's `external_ids`. */
  readonly interfaceId?: string;
  readonly mac?: string;
  /** The other end of a patch port. */
  readonly peer?: string;
  /** A new port is in the dead VLAN until Neutron's agent moves it out. */
  readonly isolated?: boolean;
  /** The VLAN that the port must be in, if the plug decides that. */
  readonly tag?: number;
  /** The request isolates it: it must not reach other protected ports. */
  readonly protected?: boolean;
  /** The request puts it in VLANs that the guest tags, and in none for untagged frames. */
  readonly tagged?: boolean;
}

/** OVN's binding of the port to this chassis. It matters only if OVN manages the bridge. */
export interface OvnBindingLeg {
  readonly kind: 'ovnBinding';
  /** The name of OVN's logical port. */
  readonly name: string;
  readonly bridge: string;
  /** The interface that is bound. */
  readonly port: string;
}
