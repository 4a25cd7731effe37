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

/** A route of the main table. */
export interface LinkRoute {
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
}

export const noAddressing: LinkAddressing = { addresses: [], routes: [] };

export function isIpv6({ address }: LinkAddress): boolean {
  return address.includes(':');
}

/** A route as a person would write it. */
export function routeText({ destination, hops }: LinkRoute): string {
  return [destination, ...hops.flatMap(({ options }) => options)].join(' ');
}
