import { randomBytes } from 'node:crypto';
import { type LinkAddress, type LinkRoute, type LinkState, noteOf } from '@vifkit/host/parts';
import { parseRoute } from './ip-routes.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A link as our kernel keeps it. Who asks for it gets a copy. */
export interface KernelLink extends Mutable<Omit<LinkState, 'users' | 'alternativeNames'>> {
  readonly index: number;
  ipv6: boolean;
  arpIgnore: number;
  arpAnnounce: number;
  /** Its other names (`ip link property`). */
  altnames: string[];
  group: number;
  /** Somebody set the MTU; a bridge's no longer follows its members then. */
  mtuByHand: boolean;
  addresses: LinkAddress[];
  /** The routes over it, of all tables, that the kernel did not make from its addresses. */
  routes: LinkRoute[];
}

/** A link to be there from the start. */
export interface LinkSpec extends Partial<Omit<LinkState, 'name' | 'bridge' | 'tap'>> {
  readonly name: string;
  readonly bridge?: Partial<LinkState['bridge']>;
  readonly tap?: LinkState['tap'];
  /** IP addresses, as in `10.0.0.1/24`. */
  readonly addresses?: readonly string[];
  /** Routes over it, as in `0.0.0.0/0 via 10.0.0.254`, and of another table than the main `table 100 0.0.0.0/0 via 10.0.0.254`. */
  readonly routes?: readonly string[];
}

/** A link with the kernel's defaults, but for what is said of it. */
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
    addresses: addresses.map((address) => ({ address, options: [] })),
    routes: routes.map((route) => parseRoute(routeWords(route, spec.name))),
    // A tap that is there is as a plug makes one, unless the test says otherwise.
    ...(type === 'tap' && { tap: tap ?? { multiQueue: false, owner: 0, isOpen: false } }),
    ...(type === 'bridge' && {
      bridge: { forwardDelay: 15, stp: false, multicastSnooping: true, ageing: 300, ...bridge },
    }),
  };
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
