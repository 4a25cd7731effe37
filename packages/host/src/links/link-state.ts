import { isSameVif } from '@vifkit/core';
import type { BridgeAttributes } from '@vifkit/core/steps';
import type { MemberOnPath } from '@vifkit/engine/connection';

/** The attributes that only a tap has. */
export interface TapState {
  readonly multiQueue: boolean;
  /** The id of the user who may open it without CAP_NET_ADMIN; undefined if anybody may. */
  readonly owner?: number;
  /** Whether a program has it open, as QEMU does while the guest runs. Unknown while the tap is down. */
  readonly isOpen?: boolean;
}

/** What a link has, besides its usual attributes, that is lost when it is made again. */
export interface FormerLink {
  readonly alternativeNames: readonly string[];
  /** Files below /proc/sys/net, and their numbers. */
  readonly settings: Readonly<Record<string, string>>;
  /** Words of `ip link set`, and their values. */
  readonly words: Readonly<Record<string, string>>;
  /** The members of a bridge, with such words for each. */
  readonly members: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What cannot be set again. */
  readonly others: Readonly<Record<string, string>>;
}

/** A link in the kernel. */
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
  /** The alias of `ip link`; ours starts with `vifkit:`. */
  readonly alias?: string;
  /** The other end of a veth pair, if it is in the same namespace. */
  readonly peer?: string;
  /** The link below a link such as a macvtap, if in the same namespace; not set for type `vlan`. */
  readonly lower?: string;
  /** Its alternative names (`ip link property`), except our notes. The kernel finds it by these too. */
  readonly alternativeNames?: readonly string[];
  /** The users noted on it (`linkUser` steps). */
  readonly users?: readonly string[];
  readonly tap?: TapState;
  /** The group that somebody has put it in (`ip link set group`), unless it is the default one. */
  readonly group?: string;
  /** The length of its queue, if that is neither 0 nor the usual 1000. */
  readonly queueLength?: number;
  /** A tap or macvtap whose queue has length 0 (`txqueuelen 0`): the kernel drops what is sent to the guest. */
  readonly dropsAll?: boolean;
  /** A macvtap that takes all multicasts (`allmulticast on`), and not only those that the host has joined on it. */
  readonly allMulticasts?: boolean;
  /** Whether the link has a carrier; known only while it is up. */
  readonly carrier?: boolean;
  /** Its state as a member of a bridge. */
  readonly port?: MemberOnPath;
  /** The mode of a macvtap or macvlan: `bridge`, `vepa`, `private`, `passthru`. */
  readonly mode?: string;
  /** The protocol is 802.1Q by default. */
  readonly vlan?: { readonly link: string; readonly id: number; readonly protocol?: '802.1ad' };
  readonly bridge?: Required<Omit<BridgeAttributes, 'vlanFiltering'>> &
    Pick<BridgeAttributes, 'vlanFiltering'>;
  /** Read only on request; also undefined if the kernel lacks the setting. */
  readonly ipv6?: boolean;
  readonly arpIgnore?: number;
  readonly arpAnnounce?: number;
  /** What it has besides; read only of a link that a plug removes, or makes again. */
  readonly former?: FormerLink | undefined;
  /** Whether it offloads checksums; read only on request. */
  readonly checksumOffload?: boolean;
}

/** The master of the ports of Open vSwitch's kernel datapath: the datapath's own link. */
export const OVS_DATAPATH = 'ovs-system';

/** Links by all their names, including alternative ones, as the kernel finds them. */
export function byEveryName(links: ReadonlyMap<string, LinkState>): ReadonlyMap<string, LinkState> {
  const all = new Map(links);
  for (const link of links.values()) {
    for (const name of link.alternativeNames ?? []) if (!all.has(name)) all.set(name, link);
  }
  return all;
}

/** The prefix of the alias of links that we made. */
const MARK = 'vifkit:';

/** The alias for a link of a VIF, or for a shared link. */
export function markOf(vifId: string, shared: boolean): string {
  return MARK + (shared ? 'shared' : vifId);
}

/** The VIF that a link was made for; undefined for one that is shared, or not ours. */
export function vifOf(state: LinkState): string | undefined {
  return isOurs(state) && !isShared(state) ? state.alias?.slice(MARK.length) : undefined;
}

/** Whether a link carries the mark of this VIF. */
export function isOf(vifId: string, state: LinkState | undefined): boolean {
  const owner = state && vifOf(state);
  return owner !== undefined && isSameVif(owner, vifId);
}

/** Whether it is a tap that no program has open. */
export function isIdleTap({ tap }: LinkState): boolean {
  return tap?.isOpen === false;
}

export function isShared({ alias }: LinkState): boolean {
  return alias === markOf('', true);
}

export function isOurs(state: LinkState): boolean {
  return state.alias?.startsWith(MARK) ?? false;
}
