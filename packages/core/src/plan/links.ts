import { defineStepKind, flagWords, numberWords, type StepOf } from './define-step-kind.js';
import {
  duration,
  flag,
  integer,
  linkName,
  list,
  macAddress,
  matching,
  mtu,
  object,
  oneOf,
  optional,
  tagged,
  text,
  type ValueOf,
  vlanId,
} from './fields.js';

const creation = tagged('type', {
  bridge: {},
  veth: { peer: linkName },
  tap: { multiQueue: optional(flag) },
  vlan: {
    link: linkName,
    id: vlanId,
    /** `802.1Q` unless given; `802.1ad` is a provider's outer tag (S-tag). */
    protocol: optional(oneOf('802.1Q', '802.1ad')),
  },
  /** An earlier command of the plan makes the link, which may have any type. The command's undo removes it. */
  command: {},
});

/** How to make a link that does not exist. */
export type LinkCreation = ValueOf<typeof creation>;

export const linkType = oneOf('bridge', 'veth', 'tap', 'vlan');

/** The types of links that a plan may remove, as the kernel calls them. */
export type LinkType = ValueOf<typeof linkType>;

const bridgeAttributes = object({
  /** Seconds. */
  forwardDelay: optional(duration),
  stp: optional(flag),
  multicastSnooping: optional(flag),
  /** The ageing time of learned addresses in seconds; with 0 the bridge forgets them at once, and floods. */
  ageing: optional(duration),
  /** Whether members reach each other only within VLANs. */
  vlanFiltering: optional(flag),
});

/** Settings of a Linux bridge. */
export type BridgeAttributes = ValueOf<typeof bridgeAttributes>;

const attributes = object({
  up: optional(flag),
  /** Bytes. */
  mtu: optional(mtu),
  /** The MAC address. */
  address: optional(macAddress),
  /** The bridge that the link is a member of. */
  master: optional(linkName),
  promisc: optional(flag),
  /** `false` turns IPv6 off on the link (`net.ipv6.conf.NAME.disable_ipv6`). */
  ipv6: optional(flag),
  /** `net.ipv4.conf.NAME.arp_ignore`. */
  arpIgnore: optional(integer(0, 255)),
  /** `net.ipv4.conf.NAME.arp_announce`. */
  arpAnnounce: optional(integer(0, 255)),
  /**
   * `false` makes the kernel complete the checksums of what the link sends (`ethtool -K NAME tx off`). It is checked
   * and corrected while the guest runs. On a host without ethtool it is ignored.
   */
  checksumOffload: optional(flag),
  bridge: optional(bridgeAttributes),
});

/** Attributes of a link. An attribute that is left out may have any value. */
export type LinkAttributes = ValueOf<typeof attributes>;

/** A part of a link's alternative name, which is limited to 127 bytes. */
const user = matching<string>((value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value), {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,64}$',
});

export const link = defineStepKind({
  kind: 'link',
  noun: 'link',
  fields: {
    name: linkName,
    /** How to make the link if it is missing. Without it, the link must exist. */
    create: optional(creation),
    /** The permitted types of an existing link; any unless given. A link of another type is left alone. */
    types: optional(list(linkType, { least: 1 })),
    /** Attributes that the link must always have: differences are corrected. */
    set: optional(attributes),
    /** Attributes to set on a link that this step makes; an existing link keeps its own. */
    initial: optional(attributes),
    /**
     * Other VIFs use the link too. The link is then locked while a call runs, and undoing its creation leaves it in
     * place if something else has become a member of it.
     */
    shared: optional(flag),
    /**
     * Move the link's IP addresses of global scope, and the routes of the main table over it, to its master. The link
     * keeps each of them until the master has it, and the routes (the default route too) are replaced atomically. IPv6
     * addresses need a master with IPv6 enabled.
     */
    yieldAddresses: optional(flag),
    /**
     * The target of another step of the plan (a port's name, a function's PCI address). If that target now belongs to
     * another VIF and is left alone, so is the link.
     */
    goesWith: optional(text),
    /** The hypervisor makes the link when the guest starts, so a missing link is not a difference. */
    ifPresent: optional(flag),
    /** The link becomes a port of a switch, and must not be a member of a Linux bridge. */
    unbridged: optional(flag),
    /** The VIF's port of a switch on this link is removed earlier in the plan, so the link may leave the switch. */
    leavesSwitch: optional(flag),
    /** Other links of the VIF that are kept although no step is about them. */
    keeps: optional(list(linkName)),
  },
  intention: ({ create, shared }) => (create && !shared ? 'make' : 'use'),
  ownName: ({ name, create, shared }) => (create && !shared ? name : undefined),
  locks: ({ name, shared }) => (shared ? [`link:${name}`] : []),
  goesWith: (step) => step.goesWith,
  describe: linkWords,
});

/** A link that must exist with these attributes. */
export interface LinkStep extends StepOf<typeof link> {}

export const linkAbsent = defineStepKind({
  kind: 'linkAbsent',
  noun: 'link',
  fields: {
    name: linkName,
    /** The type that the link must have to be removed. */
    type: linkType,
    /** The name shows that the link belongs to the VIF: it is removed even without our mark. */
    own: flag,
    /**
     * A link that may not be removed, because of its type or because our mark is missing, is left alone without an
     * error.
     */
    lenient: optional(flag),
    /** The target of another step of the plan. If that step is left undone because of an owner, the link stays too. */
    goesWith: optional(text),
  },
  intention: () => 'remove',
  ownName: ({ name }) => name,
  goesWith: (step) => step.goesWith,
  isLenient: ({ lenient }) => lenient ?? false,
  describe: () => ['to be absent'],
});

/** A link that must not exist. */
export interface LinkAbsentStep extends StepOf<typeof linkAbsent> {}

export const linkUser = defineStepKind({
  kind: 'linkUser',
  noun: 'link',
  fields: {
    name: linkName,
    /** The user of the link, given by the id of a VIF: at most 64 letters, digits, `_` and `-`. */
    user,
  },
  identity: ({ name, user }) => `${name} ${user}`,
  intention: () => 'use',
  locks: ({ name }) => [`link:${name}`],
  describe: ({ user }) => [`used by ${user}`],
});

/**
 * A link on which this user is recorded, so that the last of those who share it is known. The kernel stores the records
 * as alternative names of the link (Linux 5.5 and newer).
 */
export interface LinkUserStep extends StepOf<typeof linkUser> {}

export const linkUserAbsent = defineStepKind({
  kind: 'linkUserAbsent',
  noun: 'link',
  fields: {
    name: linkName,
    user,
    /** The type that the link must have to be removed. */
    type: linkType,
  },
  identity: ({ name, user }) => `${name} ${user}`,
  intention: () => 'remove',
  locks: ({ name }) => [`link:${name}`],
  describe: ({ user }) => [`not used by ${user}`],
});

/**
 * A link on which this user is not recorded. It is removed with its last user if it carries our mark and nothing else
 * uses it: no link on top of it, no member, and no bridge that it is a member of. Otherwise it is left in place, which
 * is not a failure.
 */
export interface LinkUserAbsentStep extends StepOf<typeof linkUserAbsent> {}

function linkWords(
  { create, set, initial }: Pick<LinkStep, 'create' | 'set' | 'initial'>,
  makes: boolean,
): string[] {
  const { master, up, mtu, address, promisc, ipv6, arpIgnore, arpAnnounce, checksumOffload, bridge } = {
    ...(makes && initial),
    ...set,
  };
  return [
    ...(create ? [creationWords[create.type]] : []),
    ...(create?.type === 'veth' ? [`to ${create.peer}`] : []),
    ...(create?.type === 'vlan' ? [`${create.id} on ${create.link}`] : []),
    ...(create?.type === 'tap' && create.multiQueue ? ['several queues'] : []),
    ...(master ? [`in ${master}`] : []),
    ...flagWords({ up, promiscuous: promisc, IPv6: ipv6 }),
    ...numberWords({ mtu }),
    ...(address ? [`MAC ${address}`] : []),
    ...numberWords({ 'ARP ignore': arpIgnore, 'ARP announce': arpAnnounce }),
    ...flagWords({ 'checksum offload': checksumOffload }),
    ...flagWords({ STP: bridge?.stp, 'multicast snooping': bridge?.multicastSnooping }),
    ...flagWords({ 'VLAN filtering': bridge?.vlanFiltering }),
    ...numberWords({ 'forward delay': bridge?.forwardDelay, ageing: bridge?.ageing }),
  ];
}

const creationWords = {
  bridge: 'bridge',
  veth: 'veth pair',
  tap: 'tap',
  vlan: 'VLAN',
  command: 'made by the command',
} as const satisfies Record<LinkCreation['type'], string>;
