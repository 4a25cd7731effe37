import { BlockList, isIP } from 'node:net';
import {
  type FixedRoute,
  type LinkAddress,
  type LinkRoute,
  type RouteHop,
  tableWords,
} from './link-addresses.js';

interface IpHop {
  readonly dev?: string;
  readonly gateway?: string;
  /** A gateway of the other address family. */
  readonly via?: { readonly family: string; readonly host: string };
  readonly weight?: number;
  readonly flags?: readonly string[];
}

/** A route as `ip -json route` prints it; only the fields that we use. */
export interface IpRoute extends IpHop {
  /** Left out for a unicast route. */
  readonly type?: string;
  readonly dst: string;
  /** Left out for the main table. */
  readonly table?: string;
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

/** The known attributes of routes, which can be written as arguments of `ip route`. */
const knownKeys: ReadonlySet<string> = new Set([
  ...['type', 'dst', 'table', 'dev', 'gateway', 'via', 'weight', 'flags', 'nexthops'],
  ...['protocol', 'scope', 'prefsrc', 'metric', 'tos', 'pref', 'expires', 'metrics'],
]);
const knownMetrics: ReadonlySet<string> = new Set([
  ...['mtu', 'advmss', 'window', 'rtt', 'rttvar', 'ssthresh', 'cwnd', 'initcwnd', 'initrwnd'],
  ...['reordering', 'hoplimit', 'quickack', 'rto_min', 'fastopen_no_cookie'],
]);

/** The routes over a link, and those among them that cannot be passed to `ip` again unchanged. */
export interface RoutesOver {
  readonly routes: LinkRoute[];
  readonly fixedRoutes: FixedRoute[];
}

/**
 * Reads the routes over a link that the kernel does not derive from the link's addresses. Routes without a gateway come
 * first: gateways are reached through them.
 */
export function routesOver(
  link: string,
  addresses: readonly LinkAddress[],
  all: readonly IpRoute[],
  family: 'inet' | 'inet6',
): RoutesOver {
  const own = all
    .filter(({ table }) => table !== 'local')
    .filter((route) => hopsOf(route).some(({ dev }) => dev === link))
    .filter((route) => !isMadeByKernel(route, addresses));
  const routes = own
    .filter(({ type = 'unicast' }) => type === 'unicast')
    .map((route) => routeOf(route, family))
    .sort((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
  const fixedRoutes = own.flatMap((route) => {
    const because = unknownIn(route);
    const name = [route.dst, ...tableWords(route.table)].join(' ');
    return because === undefined ? [] : [{ route: name, because }];
  });
  return { routes, fixedRoutes };
}

/** The attribute of a route that would be lost if it were added again. */
function unknownIn(route: IpRoute): string | undefined {
  const { type = 'unicast', nexthops = [], metrics = [] } = route;
  if (type !== 'unicast') return type;
  const keys = [route, ...nexthops].flatMap((each) => Object.keys(each)).filter((key) => !knownKeys.has(key));
  return [...keys, ...metrics.flatMap(Object.keys).filter((key) => !knownMetrics.has(key))][0];
}

function hopsOf(route: IpRoute): readonly IpHop[] {
  return route.nexthops ?? [route];
}

function hasGateway({ hops }: LinkRoute): boolean {
  return hops.some(({ options }) => options.includes('via'));
}

/**
 * Whether the kernel derives a route from an address. With `noprefixroute`, as NetworkManager sets it, somebody else
 * has added the route to the address's network.
 */
function isMadeByKernel(
  { dst, protocol, table, type = 'unicast' }: IpRoute,
  addresses: readonly LinkAddress[],
): boolean {
  if (protocol !== 'kernel' || table !== undefined) return false;
  if (type !== 'unicast' || dst.startsWith('fe80:')) return true;
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
  const { dst, table, protocol, scope, prefsrc, metric, tos, pref, expires, metrics = [] } = route;
  // In a batch, `default` would mean IPv4.
  const everything = family === 'inet6' ? '::/0' : '0.0.0.0/0';
  const named = { proto: protocol, scope, src: prefsrc, metric, tos, pref, expires };
  return {
    ...(table !== undefined && { table }),
    destination: dst === 'default' ? everything : dst,
    hops: hopsOf(route).map(hopOf),
    options: [named, ...metrics].flatMap(wordsOf),
  };
}

function hopOf({ dev = '', gateway, via, weight, flags = [] }: IpHop): RouteHop {
  const words = wordsOf({ via: gateway ?? (via && `${via.family} ${via.host}`), weight });
  return { link: dev, options: [...words, ...flags.filter((flag) => flag === 'onlink')] };
}

/** As arguments of `ip route`. It prints some values with units, and accepts those too. */
function wordsOf(named: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(named).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [name, String(value)],
  );
}
