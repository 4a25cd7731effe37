/** How to make a link that does not exist. */
export type LinkCreation =
  | { readonly type: 'bridge' }
  | { readonly type: 'veth'; readonly peer: string }
  | { readonly type: 'tap'; readonly multiQueue?: boolean }
  | {
      readonly type: 'vlan';
      readonly link: string;
      readonly id: number;
      /** `802.1Q` unless given; `802.1ad` is a provider's outer tag. */
      readonly protocol?: '802.1Q' | '802.1ad';
    }
  /** A command of the plan, before this step, makes the link, of whatever type; the command's undo removes it. */
  | { readonly type: 'command' };

export type LinkType = Exclude<LinkCreation['type'], 'command'>;

/** Settings of a Linux bridge. Times are in seconds. */
export interface BridgeAttributes {
  readonly forwardDelay?: number;
  readonly stp?: boolean;
  readonly multicastSnooping?: boolean;
  /** How long an address is remembered; 0 makes the bridge forget at once, and so flood. */
  readonly ageing?: number;
}

/** Attributes of a link. What is left out is free. */
export interface LinkAttributes {
  readonly up?: boolean;
  readonly mtu?: number;
  /** The MAC address. */
  readonly address?: string;
  /** The bridge that the link is a member of. */
  readonly master?: string;
  readonly promisc?: boolean;
  /** `false` turns IPv6 off on the link (`net.ipv6.conf.NAME.disable_ipv6`). */
  readonly ipv6?: boolean;
  /** `net.ipv4.conf.NAME.arp_ignore` and `.arp_announce`. */
  readonly arpIgnore?: number;
  readonly arpAnnounce?: number;
  readonly bridge?: BridgeAttributes;
}

/** A link that must exist with these attributes. */
export interface LinkStep {
  readonly kind: 'link';
  readonly name: string;
  /** How to make the link when it is missing. Without it the link has to be there. */
  readonly create?: LinkCreation;
  /** The types that a link may have which this step does not make; any unless given. Another link is left alone. */
  readonly types?: readonly LinkType[];
  /** Attributes that hold at all times: a difference is corrected. */
  readonly set?: LinkAttributes;
  /** Attributes given to a link that this step makes; an existing link keeps its own. */
  readonly initial?: LinkAttributes;
  /**
   * Other VIFs use the link as well. It is then locked while a call runs, and undoing its creation leaves
   * it in place once something else is a member of it.
   */
  readonly shared?: boolean;
  /**
   * The link's IP addresses of global scope, and the routes of the main table over it, belong on its master: what it
   * has of them goes there. The link gives nothing away before the master has it, and the routes (the default route
   * too) are replaced in one go. IPv6 addresses need a master with IPv6 on.
   */
  readonly yieldAddresses?: boolean;
  /**
   * What another step of the plan is about (a port's name, a function's PCI address). Where that turns out to be somebody
   * else's by now and is left alone, so is the link.
   */
  readonly goesWith?: string;
  /** The hypervisor makes the link when the guest starts: one that is not there yet is no difference. */
  readonly ifPresent?: boolean;
  /** Further links of the VIF that stay as they are, though no step is about them. */
  readonly keeps?: readonly string[];
}

/** A link that must not exist. */
export interface LinkAbsentStep {
  readonly kind: 'linkAbsent';
  readonly name: string;
  /** The type that the link must have to be removed. */
  readonly type: LinkType;
  /** The link is the VIF's own by its name: it goes even without our mark. */
  readonly own: boolean;
  /** A link that may not be removed, by its type or for want of our mark, is left alone without complaint. */
  readonly lenient?: boolean;
}

/**
 * A link that has this user noted on it, so that the last of those who share it can be told. The kernel keeps the
 * notes, as alternative names of the link (Linux 5.5 and newer).
 */
export interface LinkUserStep {
  readonly kind: 'linkUser';
  readonly name: string;
  /** Who uses the link, by the id of a VIF: letters, digits, `_` and `-`, 64 of them at most. */
  readonly user: string;
}

/**
 * A link that this user is not noted on, and that goes with the last of its users: if it carries our mark and
 * nothing else uses it, no link upon it, no member, and no bridge that it is a member of. It is left in place
 * otherwise, which is no failure.
 */
export interface LinkUserAbsentStep {
  readonly kind: 'linkUserAbsent';
  readonly name: string;
  readonly user: string;
  /** The type that the link must have to be removed. */
  readonly type: LinkType;
}
