import { randomBytes } from 'node:crypto';
import { type LinkAddress, type LinkRoute, type LinkState, noteOf } from '@vifkit/host/parts';
import { parseRoute } from './ip-routes.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A VLAN that a bridge, or a member of one, is in. */
export interface BridgeVlan {
  /** Untagged incoming frames belong to this VLAN. */
  readonly pvid: boolean;
  /** Outgoing frames in this VLAN are untagged. */
  readonly untagged: boolean;
}

/** The kernel's state of a link as a member of a bridge. */
export interface BridgePort {
  isolated: boolean;
  locked: boolean;
  floods: boolean;
}

/** A link in our kernel's internal form. Callers get a copy. */
export interface KernelLink
  extends Mutable<Omit<LinkState, 'users' | 'alternativeNames' | 'port' | 'group'>> {
  readonly index: number;
  ipv6: boolean;
  arpIgnore: number;
  arpAnnounce: number;
  /** Its other names (`ip link property`). */
  altnames: string[];
  group: number;
  /** The MTU was set explicitly; a bridge's MTU then no longer follows its members. */
  mtuByHand: boolean;
  /** As a member of a bridge. */
  port?: BridgePort;
  /** The VLANs that it is in as a bridge, or as a member of one. */
  vlans: Map<number, BridgeVlan>;
  /** Of a bridge: whether it filters VLANs. */
  vlanFiltering: boolean;
  /** Of a bridge: it has looked for ports that forward, and its carrier depends on them since. */
  countsPorts: boolean;
  addresses: LinkAddress[];
  /** The routes over it, of all tables, that the kernel did not make from its addresses. */
  routes: LinkRoute[];
}

/** The links of a namespace by name. */
export type KernelLinks = ReadonlyMap<string, KernelLink>;

/** A link that exists from the start. */
export interface LinkSpec extends Partial<Omit<LinkState, 'name' | 'bridge' | 'tap' | 'port' | 'group'>> {
  readonly name: string;
  readonly bridge?: Partial<LinkState['bridge']>;
  readonly tap?: LinkState['tap'];
  /** IP addresses, as in `10.0.0.1/24`. */
  readonly addresses?: readonly string[];
  /** Routes over it, as in `0.0.0.0/0 via 10.0.0.254`, and of another table than the main `table 100 0.0.0.0/0 via 10.0.0.254`. */
  readonly routes?: readonly string[];
}

/** A link with the kernel's defaults, except for the given settings. */
export function newLink(
  { bridge, tap, addresses = [], routes = [], users = [], alternativeNames = [], ...spec }: LinkSpec,
  index: number,
): KernelLink {
  const type = spec.type ?? '';
  return {
    index,
    up: false,
    mtu: 1500,
    promisc: false,
    ipv6: true,
    arpIgnore: 0,
    arpAnnounce: 0,
    ...spec,
    type,
    address: spec.address ?? randomAddress(),
    altnames: [...alternativeNames, ...users.map((user) => noteOf(spec.name, user))],
    group: 0,
    mtuByHand: spec.mtu !== undefined,
    vlans: type === 'bridge' || spec.master !== undefined ? firstVlans() : new Map(),
    vlanFiltering: false,
    countsPorts: false,
    ...(spec.master !== undefined && { port: newBridgePort() }),
    addresses: addresses.map((address) => ({ address, options: [] })),
    routes: routes.map((route) => parseRoute(routeWords(route, spec.name))),
    // An existing tap is like one made by a plug, unless the test says otherwise.
    ...(type === 'tap' && { tap: tap ?? { multiQueue: false, owner: 0, isOpen: false } }),
    ...(type === 'bridge' && {
      bridge: { forwardDelay: 15, stp: false, multicastSnooping: true, ageing: 300, ...bridge },
    }),
  };
}

/** The initial state of a new member of a bridge. */
export function newBridgePort(): BridgePort {
  return { isolated: false, locked: false, floods: true };
}

/** A bridge, and each of its members, is in VLAN 1 from the start, whether the bridge filters VLANs or not. */
export function firstVlans(): Map<number, BridgeVlan> {
  return new Map([[1, { pvid: true, untagged: true }]]);
}

/** In the order of `ip route`, where the table does not come first. */
function routeWords(route: string, link: string): string[] {
  const [, table, rest = ''] = /^(?:table (\S+) )?(.*)$/.exec(route) ?? [];
  return [...rest.split(' '), 'dev', link, ...(table === undefined ? [] : ['table', table])];
}

/** A random MAC address that is locally administered, and one station's. */
function randomAddress(): string {
  const [first = 0, ...others] = randomBytes(6);
  return [(first & 0xfc) | 0x02, ...others].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
