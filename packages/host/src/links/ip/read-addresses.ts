import { VifError } from '@vifkit/core';
import { hostPrograms, type Programs } from '../../commands/programs.js';
import { missingProgram } from '../../commands/run-program.js';
import { completeDump } from '../../commands/transient.js';
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
  programs: Programs = hostPrograms,
): Promise<Map<string, LinkAddressing>> {
  const [links, ipv4, ipv6] = await Promise.all([
    ipJson<IpAddresses>(['address', 'show'], signal, programs),
    ipJson<IpRoute>(['-4', 'route', 'show', 'table', 'all'], signal, programs),
    ipJson<IpRoute>(['-6', 'route', 'show', 'table', 'all'], signal, programs),
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
export async function readRules(signal: AbortSignal, programs: Programs = hostPrograms): Promise<LinkRule[]> {
  const [ipv4, ipv6] = await Promise.all([
    ipJson<IpRule>(['-4', 'rule', 'show'], signal, programs),
    ipJson<IpRule>(['-6', 'rule', 'show'], signal, programs),
  ]);
  return [...parseRules(ipv4, 'inet'), ...parseRules(ipv6, 'inet6')];
}

async function ipJson<T>(args: readonly string[], signal: AbortSignal, programs: Programs): Promise<T[]> {
  const argv = ['ip', '-json', ...args] as const;
  const list = () => programs.run(argv, { signal, doing: 'reading addresses' });
  const result = await completeDump(list, signal);
  if (result.missing) throw missingProgram('ip', 'iproute2');
  // A kernel without IPv6 has no such table.
  if (result.exitCode !== 0 && args[0] === '-6') return [];
  const reason = result.exitCode === 0 ? 'it printed no JSON' : result.stderr.trim() || result.ending;
  try {
    if (result.exitCode === 0) return JSON.parse(result.stdout || '[]');
  } catch (cause) {
    throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the addresses: ${reason}`, { cause });
  }
  throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the addresses: ${reason}`);
}
