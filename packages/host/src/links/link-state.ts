import type { BridgeAttributes } from '@vifkit/core/steps';

/** What is a tap's alone. */
export interface TapState {
  readonly multiQueue: boolean;
  /** The user id of whoever may open it without rights over the network; undefined: anybody may. */
  readonly owner?: number;
  /** Whether a program has it open, as QEMU has while the guest runs. Not known of a tap that is down. */
  readonly isOpen?: boolean;
}

/** A link as a member of a bridge. */
interface BridgePortState {
  /** Of spanning tree: `forwarding`, `disabled`, `blocking`, ... */
  readonly state: string;
  /** It reaches no other member that is isolated. */
  readonly isolated: boolean;
  /** It takes no frame from an address that is not known. */
  readonly locked: boolean;
  /** Whether it gets what the bridge sends to all. */
  readonly floods: boolean;
}

/** A link as the kernel has it. */
export interface LinkState {
  readonly name: string;
  /** The driver's name (`bridge`, `veth`, `tap`, `vlan`, ...), or '' for a physical device. */
  readonly type: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly address: string;
  readonly promisc: boolean;
  /** The bridge (or other link) it is a member of. */
  readonly master?: string;
  /** `ip link`'s alias; ours starts with `vifkit:`. */
  readonly alias?: string;
  /** The other end of a veth pair, if it is in the same namespace. */
  readonly peer?: string;
  /** The link that a link of another type than `vlan` lies upon, as a macvtap does; if in the same namespace. */
  readonly lower?: string;
  /** The other names that it has (`ip link property`), but for our notes. The kernel finds it by these as well. */
  readonly alternativeNames?: readonly string[];
  /** Who is noted on it (`linkUser` steps). */
  readonly users?: readonly string[];
  readonly tap?: TapState;
  /** Whether there is somebody at the other end; known of a link that is up. */
  readonly carrier?: boolean;
  /** What it is as a member of a bridge. */
  readonly port?: BridgePortState;
  /** Of a macvtap: `bridge`, `vepa`, `private`, `passthru`. */
  readonly mode?: string;
  /** The protocol is 802.1Q unless given. */
  readonly vlan?: { readonly link: string; readonly id: number; readonly protocol?: '802.1ad' };
  readonly bridge?: Required<BridgeAttributes>;
  /** Known only where the table was asked for it; undefined too where the kernel lacks the setting. */
  readonly ipv6?: boolean;
  readonly arpIgnore?: number;
  readonly arpAnnounce?: number;
  /** Whether it leaves checksums to a card; known only where it was asked. */
  readonly checksumOffload?: boolean;
}

/** Links by all their names, the alternative ones too, as the kernel finds them. */
export function byEveryName(links: ReadonlyMap<string, LinkState>): ReadonlyMap<string, LinkState> {
  const all = new Map(links);
  for (const link of links.values()) {
    for (const name of link.alternativeNames ?? []) if (!all.has(name)) all.set(name, link);
  }
  return all;
}

/** What the alias of a link that we made begins with. */
const MARK = 'vifkit:';

/** The alias for a link of a VIF, or for one that several share. */
export function markOf(vifId: string, shared: boolean): string {
  return MARK + (shared ? 'shared' : vifId);
}

/** The VIF that a link was made for; undefined for one that is shared, or not ours. */
export function vifOf(state: LinkState): string | undefined {
  return isOurs(state) && !isShared(state) ? state.alias?.slice(MARK.length) : undefined;
}

export function isShared({ alias }: LinkState): boolean {
  return alias === markOf('', true);
}

export function isOurs(state: LinkState): boolean {
  return state.alias?.startsWith(MARK) ?? false;
}
