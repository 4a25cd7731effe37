import type { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';

/** The state of the host that concerns legs, read at one moment. */
export interface HostState {
  /** Links by name: those that legs name, and those on top of links that macvtap legs name. */
  readonly links: ReadonlyMap<string, LinkOnPath>;
  /** Undefined if no leg depends on other members of its bridge or on VLANs; an error if they cannot be read. */
  readonly bridges?: BridgesOnPath | VifError | undefined;
  /** Undefined if no leg concerns Open vSwitch; an error if it cannot be read. */
  readonly openVSwitch?: OpenVSwitchOnPath | VifError | undefined;
  /** Undefined if no leg concerns a filter, and no guest is running; an error if the filters cannot be read. */
  readonly filters?: FiltersOnPath | VifError | undefined;
  readonly functions: ReadonlyMap<string, FunctionOnPath>;
  readonly sockets: ReadonlyMap<string, SocketState>;
  /** Which links offload checksums; undefined if no running guest is affected, an error if it cannot be read. */
  readonly checksumOffload?: ReadonlyMap<string, boolean> | VifError | undefined;
}

export interface LinkOnPath {
  readonly name: string;
  readonly type: string;
  /** The VIF whose mark it carries. */
  readonly vifId?: string | undefined;
  readonly up: boolean;
  /** Whether the link has a carrier; known only while it is up. */
  readonly carrier?: boolean | undefined;
  readonly mtu: number;
  /** A tap or macvtap whose queue has length 0: the kernel drops what is sent to the guest. */
  readonly dropsAll?: boolean | undefined;
  /** It takes all multicasts, and not only those that the host itself has joined on it. */
  readonly allMulticasts?: boolean | undefined;
  readonly address: string;
  readonly master?: string | undefined;
  readonly peer?: string | undefined;
  /** The link below it. */
  readonly lower?: string | undefined;
  /** The VLAN, of a VLAN link. */
  readonly vlanId?: number | undefined;
  /** The mode of a macvtap or macvlan. */
  readonly mode?: string | undefined;
  /** Of a bridge: whether it filters VLANs. */
  readonly filtersVlans?: boolean | undefined;
  /** Of a bridge: it forgets at once what it has learned (ageing 0). */
  readonly forgets?: boolean | undefined;
  /** Of a bridge: it delivers multicasts to those who want them, if there is a querier (multicast snooping). */
  readonly snoops?: boolean | undefined;
  /** As a member of a bridge. */
  readonly port?: MemberOnPath | undefined;
}

/** A link as a member of a bridge. */
export interface MemberOnPath {
  /** The spanning tree state: `forwarding`, `disabled`, `blocking`, ... */
  readonly state: string;
  /** It cannot reach other isolated members. */
  readonly isolated: boolean;
  /** Its bridge takes frames only from addresses that the forwarding table has there. */
  readonly locked: boolean;
  /** Whether it gets broadcasts. */
  readonly broadcasts: boolean;
  /** Whether it gets multicasts, unless multicast snooping knows who wants them. */
  readonly multicasts: boolean;
  /** Whether it gets frames to addresses that the bridge does not know. */
  readonly floods: boolean;
  /** Whether the bridge learns which addresses are behind it. */
  readonly learns: boolean;
}

/** What is known of Linux bridges besides the links that legs name. */
export interface BridgesOnPath {
  /** The members of bridges on which a guest's link has no partner, by bridge. */
  readonly members: ReadonlyMap<string, readonly LinkOnPath[]>;
  /**
   * Those of these bridges on which the host has no address. Known only where the guest can reach no other member: it
   * has none, or all are isolated.
   */
  readonly hostless: ReadonlySet<string>;
  /** The MAC addresses in the forwarding table, by member. Known only of guests' members that need them there. */
  readonly entries: ReadonlyMap<string, ReadonlySet<string>>;
  /** The VLANs of members, and of bridges themselves, by name; empty if no bridge filters VLANs. */
  readonly vlans: ReadonlyMap<string, VlansOnPath>;
}

/** The VLANs that a member of a bridge is in. */
export interface VlansOnPath {
  /** The VLAN of untagged frames that it sends; null if they are dropped. */
  readonly native: number | null;
  /** The other VLANs that it is in, in ascending order. */
  readonly tagged: readonly number[];
  /** The VLANs whose frames it gets without a tag, in ascending order. */
  readonly untagged: readonly number[];
}

/** The state of Open vSwitch. */
export interface OpenVSwitchOnPath {
  /** Why ovs-vswitchd does not work; undefined if it does. */
  readonly vswitchd?: string | undefined;
  /**
   * An ovs-vswitchd that has started with this setting forwards nothing until it is removed
   * (`other_config:flow-restore-wait`).
   */
  readonly awaitsFlows?: boolean | undefined;
  /** Its userspace datapath fills in checksums itself (`other_config:userspace-tso-enable`). */
  readonly fillsChecksums?: boolean | undefined;
  readonly bridges: ReadonlyMap<string, OvsBridgeOnPath>;
  readonly ports: ReadonlyMap<string, OvsPortOnPath>;
  /**
   * The names of interfaces by `iface-id`, for the ids that legs name. Patch ports are left out if other ports have the
   * id.
   */
  readonly byInterfaceId: ReadonlyMap<string, readonly string[]>;
  /** Undefined if OVN does not manage this switch. */
  readonly ovn?: OvnOnPath | undefined;
}

export interface OvsBridgeOnPath {
  readonly datapathType: string;
  /** Why ovs-vswitchd could not make it; undefined if it could. */
  readonly error?: string | undefined;
  /** `secure` drops everything that matches no flow. */
  readonly failMode?: string | undefined;
  /** It has an OpenFlow controller. */
  readonly hasController?: boolean | undefined;
  /** How many flows it has; undefined if that was not requested, or is unknown. */
  readonly flows?: number | undefined;
  /** Why none of its ports that lead to the network works; undefined if one does, or if it has none. */
  readonly closedWays?: ClosedWays | undefined;
  /** It snoops multicasts, and drops those that no guest has asked for. */
  readonly dropsUnaskedMulticasts?: boolean | undefined;
  /** Whether a patch port that works joins it to another bridge; undefined if that does not matter. */
  readonly isJoined?: boolean | undefined;
}

/** Why none of the ports of a bridge that lead to the network works. */
export interface ClosedWays {
  readonly why: string;
  /** Whether this is an error, as opposed to links that are down. */
  readonly isError: boolean;
}

/** The VLAN settings of a port of Open vSwitch. */
export interface PortVlans {
  readonly tag: number | undefined;
  readonly trunks: readonly number[];
  /** `access`, `trunk`, ...; undefined if the tag decides. */
  readonly vlanMode?: string | undefined;
  /** Of a port with mode `dot1q-tunnel`: the VLANs that the guest may tag its frames with; if empty, any and none. */
  readonly cvlans?: readonly number[] | undefined;
}

/** A port of a bridge, be it on a path or not. */
export interface BridgePort extends PortVlans {
  readonly name: string;
  /** Whether it leads to the network. */
  readonly leadsOut: boolean;
  /** Whether frames pass it at all, as not through the local port of a bridge that is down. */
  readonly isOpen: boolean;
}

/** Why a port cannot reach the network: the ports that lead there are in other VLANs. */
export interface StrayVlan {
  /** The VLANs that it sends in; 0 is none. */
  readonly vlans: readonly number[];
  /** The names of the ports that lead to the network. */
  readonly ways: readonly string[];
  /** Others carry its VLAN, or it carries others that lead to the network. */
  readonly isShared: boolean;
}

export interface OvsPortOnPath extends PortVlans {
  readonly bridge: string;
  readonly type: string;
  readonly ofport: number | undefined;
  readonly error: string | undefined;
  /** `up` or `down`. */
  readonly adminState: string | undefined;
  readonly linkState: string | undefined;
  /** Undefined if it reaches the network, and where the bridge has flows that may pass VLANs by. */
  readonly strayVlan?: StrayVlan | undefined;
  /**
   * What spanning tree has made of it: `forwarding`, `listening`, `learning`, `blocking`, `discarding` or `disabled`;
   * undefined if it takes no part.
   */
  readonly treeState?: string | undefined;
  /** It is protected, and so is each port of its bridge that leads to the network: it cannot reach them. */
  readonly isCutOff?: boolean | undefined;
  /** The mirror that sends its copies to it: Open vSwitch drops all else. */
  readonly mirror?: string | undefined;
  readonly externalIds: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** The state of OVN on the chassis that this host is. */
export interface OvnOnPath {
  readonly bridge: string;
  /** The name of this chassis. */
  readonly chassis: string;
  /** The names by which OVN may request this chassis. */
  readonly ownNames: readonly string[];
  /** Why ovn-controller does not work; undefined if it does. */
  readonly controller?: string | undefined;
  /** The logical ports by name; undefined if the southbound database cannot be queried. */
  readonly bindings: ReadonlyMap<string, OvnBinding> | undefined;
  /** The logical ports that are disabled; undefined if the northbound database is not configured, or silent. */
  readonly disabled?: ReadonlySet<string> | undefined;
}

export interface OvnBinding {
  /** The chassis that has bound it; undefined while none has. */
  readonly chassis: string | undefined;
  /** Further chassis that have bound it, as during a live migration. */
  readonly additional: readonly string[];
  /** Names or host names of the chassis that are to bind it; if empty, any may. */
  readonly requested: readonly string[];
  /** The additional chassis where the guest has arrived. */
  readonly activated: readonly string[];
  /** An additional chassis blocks the port until the guest has arrived there. */
  readonly waitsForRarp: boolean;
  /** The addresses to which OVN delivers frames, as in `fa:16:3e:01:02:03 10.0.0.5`; `unknown` is any other. */
  readonly addresses: readonly string[];
  /** The addresses from which OVN takes frames; if empty, any. */
  readonly portSecurity: readonly string[];
  readonly up: boolean;
  /** The physical networks of its logical switch, if this chassis has a bridge for none of them. */
  readonly unserved?: { readonly networks: readonly string[]; readonly isRouted: boolean } | undefined;
}

export interface FiltersOnPath {
  /** What is wrong with the rules that all guests share; undefined if nothing is. */
  readonly fault?: string | undefined;
  /** The links that the rules apply to. */
  readonly guests: ReadonlySet<string>;
}

export interface FunctionOnPath {
  /** The driver that it is bound to. */
  readonly driver: string | undefined;
  /** For a virtual function: its state as the physical function reports it. */
  readonly vf?:
    | {
        readonly pf: string;
        readonly mac: string;
        readonly vlan: number;
        /** The physical function keeps its link down. */
        readonly isDisabled?: boolean | undefined;
      }
    | undefined;
}

/** `stale`: the file exists, but nothing listens on it. */
export type SocketState = 'absent' | 'stale' | 'listening' | 'connected';

/** What programs may hold open. */
export interface Held {
  readonly taps: readonly string[];
  /** PCI addresses of functions that are bound to vfio-pci. */
  readonly functions: readonly string[];
}

/** Reads the host state that legs are judged by. */
export interface ConnectionReader {
  /**
   * Reads the host once for all legs. A kind of thing that cannot be read has an error in its place. Rejects if the
   * links cannot be read, or the signal fires.
   * @param isUnchanged nothing was written since steps were compared with the host, with the same signal: what was read
   *   for them, or is being read, need not be read again
   */
  read(legs: readonly Leg[], signal: AbortSignal, isUnchanged?: boolean): Promise<HostState>;
  /** Starts to read what a plug does not change, for {@link read} with the same signal. Never throws. */
  readAhead?(legs: readonly Leg[], signal: AbortSignal): void;
  /**
   * The programs that have taps or functions open, by tap name and PCI address, as in `qemu-system-x86 (process 4711)`.
   */
  holders(held: Held): Promise<ReadonlyMap<string, string>>;
}
