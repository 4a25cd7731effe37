/** An IP address of a link, and what `ip address` takes to give it to another. */
export interface LinkAddress {
  /** With its prefix length, as in `10.0.0.1/24`; that is the peer's where there is one. */
  readonly address: string;
  /** The other end of a point-to-point address, as in `10.0.0.2/32`. */
  readonly peer?: string;
  /** The link's name with a suffix, as in `eth1:0`; IPv4 only. */
  readonly label?: string;
  /** Broadcast address, metric, lifetimes and flags, in the words of `ip`. */
  readonly options: readonly string[];
}

/** A way out of a route. */
export interface RouteHop {
  readonly link: string;
  /** Gateway and flags, in the words of `ip`. */
  readonly options: readonly string[];
}

/** A route of any table but `local`, which is the kernel's. */
export interface LinkRoute {
  /** The main table unless given; its number, or its name in /etc/iproute2/rt_tables. */
  readonly table?: string;
  /** With its prefix length; the default route is `0.0.0.0/0` or `::/0`. */
  readonly destination: string;
  readonly hops: readonly RouteHop[];
  /** Protocol, scope, source, metric and so on, in the words of `ip`. */
  readonly options: readonly string[];
}

/** What a link has of IP: its addresses of global scope, and the routes that the kernel does not make from them. */
export interface LinkAddressing {
  readonly addresses: readonly LinkAddress[];
  readonly routes: readonly LinkRoute[];
  /** Routes with something to them that we would lose on the way to another link; none unless given. */
  readonly fixedRoutes?: readonly FixedRoute[];
}

export interface FixedRoute {
  /** As in `198.51.100.0/24 table 100`. */
  readonly route: string;
  /** What `ip -json route` calls it, as in `nhid`. */
  readonly because: string;
}

export const noAddressing: LinkAddressing = { addresses: [], routes: [] };

export function isIpv6({ address }: LinkAddress): boolean {
  return address.includes(':');
}

/** A route as a person would write it. */
export function routeText({ destination, hops, table }: LinkRoute): string {
  return [destination, ...hops.flatMap(({ options }) => options), ...tableWords(table)].join(' ');
}

/** A table in the words of `ip route`. */
export function tableWords(table: string | undefined): string[] {
  return table === undefined ? [] : ['table', table];
}
