import type { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';

/** What there is on the host for legs, read at one moment. */
export interface HostState {
  /** Links by name: those that legs name, and those upon links that macvtap legs name. */
  readonly links: ReadonlyMap<string, LinkOnPath>;
  /** Undefined where no leg is about Open vSwitch; or why it cannot be told. */
  readonly openVSwitch?: OpenVSwitchOnPath | VifError | undefined;
  /** Undefined where no leg is about a filter; or why it cannot be told. */
  readonly filters?: FiltersOnPath | VifError | undefined;
  readonly functions: ReadonlyMap<string, FunctionOnPath>;
  readonly sockets: ReadonlyMap<string, SocketState>;
  /** Which links leave checksums to a card; undefined where no guest runs to whom it matters, or why it cannot be told. */
  readonly checksumOffload?: ReadonlyMap<string, boolean> | VifError | undefined;
}

export interface LinkOnPath {
  readonly name: string;
  readonly type: string;
  readonly up: boolean;
  /** Whether there is somebody at the other end; known of a link that is up. */
  readonly carrier?: boolean | undefined;
  readonly mtu: number;
  readonly address: string;
  readonly master?: string | undefined;
  readonly peer?: string | undefined;
  /** The link that it lies upon. */
  readonly lower?: string | undefined;
  /** The VLAN, of a VLAN link. */
  readonly vlanId?: number | undefined;
  /** The mode of a macvtap. */
  readonly mode?: string | undefined;
  /** As a member of a bridge. */
  readonly port?:
    | {
        /** Of spanning tree: `forwarding`, `disabled`, `blocking`, ... */
        readonly state: string;
        /** It reaches no other member that is isolated. */
        readonly isolated: boolean;
        /** It takes no frame from an address that is not known. */
        readonly locked: boolean;
        /** Whether it gets what the bridge sends to all. */
        readonly floods: boolean;
      }
    | undefined;
}

/** What Open vSwitch tells. */
export interface OpenVSwitchOnPath {
  /** Why ovs-vswitchd does not do its work, if so. */
  readonly vswitchd?: string | undefined;
  /** Its datapath in userspace fills in checksums itself (`other_config:userspace-tso-enable`). */
  readonly fillsChecksums?: boolean | undefined;
  readonly bridges: ReadonlyMap<string, OvsBridgeOnPath>;
  readonly ports: ReadonlyMap<string, OvsPortOnPath>;
  /** The names of interfaces by `iface-id`, of those that legs name; patch ports left out where others have it. */
  readonly byInterfaceId: ReadonlyMap<string, readonly string[]>;
  /** Undefined where OVN does not manage this switch. */
  readonly ovn?: OvnOnPath | undefined;
}

export interface OvsBridgeOnPath {
  readonly datapathType: string;
  /** Why ovs-vswitchd could not make it, if so. */
  readonly error?: string | undefined;
  /** `secure` drops all that no flow is about. */
  readonly failMode?: string | undefined;
  /** How many flows it has; undefined where it was not asked, or cannot be told. */
  readonly flows?: number | undefined;
}

export interface OvsPortOnPath {
  readonly bridge: string;
  readonly type: string;
  readonly ofport: number | undefined;
  readonly error: string | undefined;
  /** `up` or `down`. */
  readonly adminState: string | undefined;
  readonly linkState: string | undefined;
  readonly tag: number | undefined;
  readonly trunks: readonly number[];
  readonly externalIds: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** What OVN tells, of the chassis that this host is. */
export interface OvnOnPath {
  readonly bridge: string;
  /** The name of this chassis. */
  readonly chassis: string;
  /** The names by which it may be requested. */
  readonly ownNames: readonly string[];
  /** Why ovn-controller does not do its work, if so. */
  readonly controller?: string | undefined;
  /** The logical ports by name; undefined where the southbound database cannot be asked. */
  readonly bindings: ReadonlyMap<string, OvnBinding> | undefined;
}

export interface OvnBinding {
  /** The chassis that has it; undefined while none has. */
  readonly chassis: string | undefined;
  /** Those that have it beside that one, as during a live migration. */
  readonly additional: readonly string[];
  /** Names or host names of those that are to have it; any may if none is. */
  readonly requested: readonly string[];
  readonly up: boolean;
}

export interface FiltersOnPath {
  /** What is wrong with the rules that all guests share, if anything. */
  readonly fault?: string | undefined;
  /** The links that the rules are applied to. */
  readonly guests: ReadonlySet<string>;
}

export interface FunctionOnPath {
  /** The driver that it is bound to. */
  readonly driver: string | undefined;
  /** Of a virtual function: what its physical function says. */
  readonly vf?: { readonly pf: string; readonly mac: string; readonly vlan: number } | undefined;
}

/** `stale`: the file is there, and nobody listens. */
export type SocketState = 'absent' | 'stale' | 'listening' | 'connected';

/** What programs may have open. */
export interface Held {
  readonly taps: readonly string[];
  /** PCI addresses of functions that are bound to vfio-pci. */
  readonly functions: readonly string[];
}

/** Reads what legs are judged by. */
export interface ConnectionReader {
  /**
   * One reading for all legs. What cannot be read of one sort of thing is told in its place. Rejects if the links cannot be
   * read, or the signal fires.
   * @param isUnchanged nothing was written since steps were compared with the host, by the same signal: what is or was
   *   read for them need not be read again
   */
  read(legs: readonly Leg[], signal: AbortSignal, isUnchanged?: boolean): Promise<HostState>;
  /** Who has taps open, or functions, by their names and PCI addresses, as in `qemu-system-x86 (process 4711)`. */
  holders(held: Held): Promise<ReadonlyMap<string, string>>;
}
