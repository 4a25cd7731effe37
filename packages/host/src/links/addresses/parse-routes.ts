import { BlockList, isIP } from 'node:net';
import type { LinkAddress, LinkRoute, RouteHop } from './link-addresses.js';

interface IpHop {
  readonly dev?: string;
  readonly gateway?: string;
  /** A gateway of the other family. */
  readonly via?: { readonly family: string; readonly host: string };
  readonly weight?: number;
  readonly flags?: readonly string[];
}

/** A route as `ip -json route` prints it; only what we use. */
export interface IpRoute extends IpHop {
  /** Left out for a unicast route. */
  readonly type?: string;
  readonly dst: string;
  readonly nexthops?: readonly IpHop[];
  readonly protocol?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly tos?: string;
  readonly pref?: string;
  readonly expires?: number;
  readonly metrics?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Reads the routes that lead over a link and that the kernel does not make by itself from the link's addresses.
 * Those without a gateway come first: gateways are reached by them.
 */
export function routesOver(
  link: string,
  addresses: readonly LinkAddress[],
  routes: readonly IpRoute[],
  family: 'inet' | 'inet6',
): LinkRoute[] {
  return routes
    .filter(({ type = 'unicast' }) => type === 'unicast')
    .filter((route) => hopsOf(route).some(({ dev }) => dev === link))
    .filter((route) => route.protocol !== 'kernel' || !isMadeByKernel(route, addresses))
    .map((route) => routeOf(route, family))
    .sort((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
}

function hopsOf(route: IpRoute): readonly IpHop[] {
  return route.nexthops ?? [route];
}

function hasGateway({ hops }: LinkRoute): boolean {
  return hops.some(({ options }) => options.includes('via'));
}

/** With `noprefixroute`, as NetworkManager has it, the route to an address's network is somebody else's making. */
function isMadeByKernel({ dst }: IpRoute, addresses: readonly LinkAddress[]): boolean {
  if (dst.startsWith('fe80:')) return true;
  const [network = '', length] = dst.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const bits = length === undefined ? (family === 'ipv6' ? 128 : 32) : Number(length);
  const within = new BlockList();
  within.addSubnet(network, bits, family);
  return addresses.some(({ address, peer, options }) => {
    const [ip = '', ownLength] = (peer ?? address).split('/');
    if (options.includes('noprefixroute') || Number(ownLength) !== bits) return false;
    return isIP(ip) === isIP(network) && within.check(ip, family);
  });
}

function routeOf(route: IpRoute, family: 'inet' | 'inet6'): LinkRoute {
  const { dst, protocol, scope, prefsrc, metric, tos, pref, expires, metrics = [] } = route;
  // `default` would be IPv4's in a batch.
  const everything = family === 'inet6' ? '::/0' : '0.0.0.0/0';
  const named = { proto: protocol, scope, src: prefsrc, metric, tos, pref, expires };
  return {
    destination: dst === 'default' ? everything : dst,
    hops: hopsOf(route).map(hopOf),
    options: [named, ...metrics].flatMap(wordsOf),
  };
}

function hopOf({ dev = '', gateway, via, weight, flags = [] }: IpHop): RouteHop {
  const words = wordsOf({ via: gateway ?? (via && `${via.family} ${via.host}`), weight });
  return { link: dev, options: [...words, ...flags.filter((flag) => flag === 'onlink')] };
}

/** In the words of `ip route`; it prints some values with units, which it also takes. */
function wordsOf(named: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(named).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [name, String(value)],
  );
}
