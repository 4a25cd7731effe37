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
    /** `802.1Q` unless given; `802.1ad` is a provider's outer tag. */
    protocol: optional(oneOf('802.1Q', '802.1ad')),
  },
  /** A command of the plan, before this step, makes the link, of whatever type; the command's undo removes it. */
  command: {},
});

/** How to make a link that does not exist. */
export type LinkCreation = ValueOf<typeof creation>;

const linkType = oneOf('bridge', 'veth', 'tap', 'vlan');

/** The types of links that a plan may remove, as the kernel calls them. */
export type LinkType = ValueOf<typeof linkType>;

const bridgeAttributes = object({
  /** Seconds. */
  forwardDelay: optional(duration),
  stp: optional(flag),
  multicastSnooping: optional(flag),
  /** Seconds for which an address is remembered; 0 makes the bridge forget at once, and so flood. */
  ageing: optional(duration),
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
   * `false` has the kernel fill in the checksums of what the link sends (`ethtool -K NAME tx off`). It is read, and corrected,
   * while the guest runs; a host without ethtool is left as it is.
   */
  checksumOffload: optional(flag),
  bridge: optional(bridgeAttributes),
});

/** Attributes of a link. What is left out is free. */
export type LinkAttributes = ValueOf<typeof attributes>;

/** A part of a link's alternative name, which has 127 bytes. */
const user = matching<string>((value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value), {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,64}$',
});

export const link = defineStepKind({
  kind: 'link',
  noun: 'link',
  fields: {
    name: linkName,
    /** How to make the link when it is missing. Without it the link has to be there. */
    create: optional(creation),
    /** The types that a link may have which this step does not make; any unless given. Another link is left alone. */
    types: optional(list(linkType, { least: 1 })),
    /** Attributes that hold at all times: a difference is corrected. */
    set: optional(attributes),
    /** Attributes given to a link that this step makes; an existing link keeps its own. */
    initial: optional(attributes),
    /**
     * Other VIFs use the link as well. It is then locked while a call runs, and undoing its creation leaves
     * it in place once something else is a member of it.
     */
    shared: optional(flag),
    /**
     * The link's IP addresses of global scope, and the routes of the main table over it, belong on its master: what it
     * has of them goes there. The link gives nothing away before the master has it, and the routes (the default route
     * too) are replaced in one go. IPv6 addresses need a master with IPv6 on.
     */
    yieldAddresses: optional(flag),
    /**
     * What another step of the plan is about (a port's name, a function's PCI address). Where that turns out to be somebody
     * else's by now and is left alone, so is the link.
     */
    goesWith: optional(text),
    /** The hypervisor makes the link when the guest starts: one that is not there yet is no difference. */
    ifPresent: optional(flag),
    /** The link is to be a port of a switch, and must not be a member of a Linux bridge. */
    unbridged: optional(flag),
    /** Further links of the VIF that stay as they are, though no step is about them. */
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
    /** The link is the VIF's own by its name: it goes even without our mark. */
    own: flag,
    /** A link that may not be removed, by its type or for want of our mark, is left alone without complaint. */
    lenient: optional(flag),
  },
  intention: () => 'remove',
  ownName: ({ name }) => name,
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
    /** Who uses the link, by the id of a VIF: letters, digits, `_` and `-`, 64 of them at most. */
    user,
  },
  identity: ({ name, user }) => `${name} ${user}`,
  intention: () => 'use',
  locks: ({ name }) => [`link:${name}`],
  describe: ({ user }) => [`used by ${user}`],
});

/**
 * A link that has this user noted on it, so that the last of those who share it can be told. The kernel keeps the
 * notes, as alternative names of the link (Linux 5.5 and newer).
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
 * A link that this user is not noted on, and that goes with the last of its users: if it carries our mark and
 * nothing else uses it, no link upon it, no member, and no bridge that it is a member of. It is left in place
 * otherwise, which is no failure.
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
