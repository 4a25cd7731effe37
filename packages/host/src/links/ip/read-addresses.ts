import { isVifError } from '@vifkit/core';
import { listJson } from '../../commands/list-json.js';
import type { Programs } from '../../commands/programs.js';
import type { LinkAddressing } from '../addresses/link-addresses.js';
import { type IpRule, type LinkRule, parseRules } from '../addresses/link-rules.js';
import { type IpAddresses, parseAddresses } from '../addresses/parse-addresses.js';
import { type IpRoute, routesOver } from '../addresses/parse-routes.js';

/**
 * The addresses of links of this process's network namespace, and the routes over them of all tables except `local`.
 * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
 */
export async function readAddresses(
  names: readonly string[],
  signal: AbortSignal,
  programs: Programs,
): Promise<Map<string, LinkAddressing>> {
  const [links, ipv4, ipv6] = await Promise.all([
    list<IpAddresses>(['address', 'show'], signal, programs),
    list<IpRoute>(['-4', 'route', 'show', 'table', 'all'], signal, programs),
    listIpv6<IpRoute>(['route', 'show', 'table', 'all'], signal, programs),
  ]);
  return new Map(
    links.flatMap((link) => {
      const { ifname } = link;
      if (ifname === undefined || !names.includes(ifname)) return [];
      const addresses = parseAddresses(link);
      const [v4, v6] = [
        routesOver(ifname, addresses, ipv4, 'inet'),
        routesOver(ifname, addresses, ipv6, 'inet6'),
      ];
      const routes = [...v4.routes, ...v6.routes];
      const fixedRoutes = [...v4.fixedRoutes, ...v6.fixedRoutes];
      const fixed = fixedRoutes.length > 0 ? { fixedRoutes } : {};
      const isBelow = links.some((each) => each.link === ifname && parseAddresses(each).length > 0);
      const above = isBelow ? { hasAddressesAbove: true as const } : {};
      return [[ifname, { addresses, routes, ...fixed, ...above }]];
    }),
  );
}

/**
 * The policy routing rules that name links.
 * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
 */
export async function readRules(signal: AbortSignal, programs: Programs): Promise<LinkRule[]> {
  const [ipv4, ipv6] = await Promise.all([
    list<IpRule>(['-4', 'rule', 'show'], signal, programs),
    listIpv6<IpRule>(['rule', 'show'], signal, programs),
  ]);
  return [...parseRules(ipv4, 'inet'), ...parseRules(ipv6, 'inet6')];
}

function list<T>(args: readonly string[], signal: AbortSignal, programs: Programs): Promise<readonly T[]> {
  return listJson(programs, ['ip', '-json', ...args], 'the addresses', signal);
}

/** A kernel without IPv6 has no such table. */
function listIpv6<T>(
  args: readonly string[],
  signal: AbortSignal,
  programs: Programs,
): Promise<readonly T[]> {
  return list<T>(['-6', ...args], signal, programs).catch((error: unknown) => {
    if (isVifError(error, 'LINK_COMMAND_FAILED')) return [];
    throw error;
  });
}
