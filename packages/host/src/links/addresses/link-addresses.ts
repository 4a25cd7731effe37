/** An IP address of a link, with the arguments of `ip address` that add it to another link. */
export interface LinkAddress {
  /** With its prefix length, as in `10.0.0.1/24`; the prefix length is the peer's if there is one. */
  readonly address: string;
  /** The other end of a point-to-point address, as in `10.0.0.2/32`. */
  readonly peer?: string;
  /** The link's name with a suffix, as in `eth1:0`; IPv4 only. */
  readonly label?: string;
  /** Broadcast address, metric, lifetimes and flags, as arguments of `ip`. */
  readonly options: readonly string[];
}

/** A next hop of a route. */
export interface RouteHop {
  readonly link: string;
  /** Gateway and flags, as arguments of `ip`. */
  readonly options: readonly string[];
}

/** A route of any table except `local`, which the kernel maintains. */
export interface LinkRoute {
  /** The number of the table, or its name in /etc/iproute2/rt_tables; the main table by default. */
  readonly table?: string;
  /** With its prefix length; the default route is `0.0.0.0/0` or `::/0`. */
  readonly destination: string;
  readonly hops: readonly RouteHop[];
  /** Protocol, scope, source, metric and so on, as arguments of `ip`. */
  readonly options: readonly string[];
}

/**
 * The IP configuration of a link: its addresses of global scope, and the routes that the kernel does not derive from
 * them.
 */
export interface LinkAddressing {
  readonly addresses: readonly LinkAddress[];
  readonly routes: readonly LinkRoute[];
  /** Routes with attributes that would be lost when they are moved to another link; none by default. */
  readonly fixedRoutes?: readonly FixedRoute[];
  /** A link on top of it, such as a VLAN, has addresses. */
  readonly hasAddressesAbove?: true;
}

export interface FixedRoute {
  /** As in `198.51.100.0/24 table 100`. */
  readonly route: string;
  /** The name of such an attribute in `ip -json route`, as in `nhid`. */
  readonly because: string;
}

export const noAddressing: LinkAddressing = { addresses: [], routes: [] };

/** Whether a link has an IP address: then it serves the host, too. */
export function hasAddress(addressing: ReadonlyMap<string, LinkAddressing>, link: string): boolean {
  return (addressing.get(link)?.addresses.length ?? 0) > 0;
}

export function isIpv6({ address }: LinkAddress): boolean {
  return address.includes(':');
}

/** A route in human-readable form. */
export function routeText({ destination, hops, table }: LinkRoute): string {
  return [destination, ...hops.flatMap(({ options }) => options), ...tableWords(table)].join(' ');
}

/** A table as arguments of `ip route`. */
export function tableWords(table: string | undefined): string[] {
  return table === undefined ? [] : ['table', table];
}
