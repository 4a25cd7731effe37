import type { LinkRule } from '@vifkit/host/parts';
import { hasCarrier, portState } from './bridge-ports.js';
import { addressJson } from './ip-addresses.js';
import { routeJson } from './ip-routes.js';
import type { Kernel, KernelVf } from './kernel.js';
import type { KernelLink } from './kernel-link.js';

/** A link as `ip -details -json link` prints it. */
export function linkJson(link: KernelLink, kernel: Kernel): Record<string, unknown> {
  const { index, name, type, mtu, master, group, address, alias, altnames, queueLength = 1000 } = link;
  const below = link.vlan?.link ?? link.lower ?? link.peer;
  const vfs = kernel.functionsOf(name);
  return {
    ifindex: index,
    ...(below !== undefined && kernel.links.has(below) && { link: below }),
    ifname: name,
    flags: flagsOf(link, kernel),
    mtu,
    qdisc: 'noqueue',
    ...(master !== undefined && { master }),
    operstate: link.up && hasCarrier(link, kernel.links) ? 'UP' : 'DOWN',
    group: group === 0 ? 'default' : String(group),
    ...(queueLength > 0 && { txqlen: queueLength }),
    link_type: 'ether',
    address,
    broadcast: 'ff:ff:ff:ff:ff:ff',
    promiscuity: Number(link.promisc),
    ...((type !== '' || link.port) && { linkinfo: { ...kindJson(link), ...portJson(link, kernel) } }),
    ...(alias !== undefined && { ifalias: alias }),
    ...(altnames.length > 0 && { altnames }),
    ...(vfs.length > 0 && { vfinfo_list: vfs.map(([number, { vf }]) => vfJson(number, vf)) }),
  };
}

function flagsOf(link: KernelLink, kernel: Kernel): string[] {
  const { up, promisc } = link;
  const carrier = hasCarrier(link, kernel.links);
  return [
    ...(up && !carrier ? ['NO-CARRIER'] : []),
    'BROADCAST',
    'MULTICAST',
    ...(promisc ? ['PROMISC'] : []),
    ...(up ? ['UP'] : []),
    ...(up && carrier ? ['LOWER_UP'] : []),
  ];
}

/** What a link is as a member of a bridge. */
function portJson(link: KernelLink, kernel: Kernel): Record<string, unknown> {
  const { port } = link;
  if (!port) return {};
  const { isolated, locked, floods } = port;
  const data = { state: portState(link, kernel.links), isolated, locked, flood: floods, bcast_flood: floods };
  return { info_slave_kind: 'bridge', info_slave_data: data };
}

function kindJson({ type, tap, vlan, bridge, vlanFiltering }: KernelLink): Record<string, unknown> {
  switch (type) {
    case '':
      return {};
    case 'tap': {
      const { multiQueue = false, owner, isOpen = false } = tap ?? {};
      const queues = multiQueue && { numqueues: Number(isOpen), numdisabled: 0 };
      const user = owner !== undefined && { user: owner };
      return {
        info_kind: 'tun',
        info_data: { type: 'tap', multi_queue: multiQueue, ...queues, persist: true, ...user },
      };
    }
    case 'vlan':
      return { info_kind: type, info_data: { protocol: vlan?.protocol ?? '802.1Q', id: vlan?.id } };
    case 'bridge': {
      if (!bridge) return { info_kind: type };
      const info_data = {
        forward_delay: bridge.forwardDelay * 100,
        stp_state: Number(bridge.stp),
        mcast_snooping: Number(bridge.multicastSnooping),
        ageing_time: bridge.ageing * 100,
        vlan_filtering: Number(vlanFiltering),
      };
      return { info_kind: type, info_data };
    }
    default:
      return { info_kind: type };
  }
}

function vfJson(vf: number, { mac, vlan, qos, protocol, trust }: KernelVf): Record<string, unknown> {
  const tag = { vlan, ...(qos !== undefined && { qos }), ...(protocol !== undefined && { protocol }) };
  return {
    vf,
    link_type: 'ether',
    address: mac,
    vlan_list: vlan === 0 && !qos ? [{}] : [tag],
    spoofchk: true,
    ...(trust !== undefined && { trust }),
  };
}

/** What `ip -json address show` prints. */
export function addressesJson({ links }: Kernel): object[] {
  return [...links.values()].map(({ name, addresses }) => ({
    ifname: name,
    addr_info: addresses.map((each) => addressJson(each, name)),
  }));
}

/** What `ip -json route show table all` prints for one family. */
export function routesJson({ links }: Kernel, isIpv6: boolean): object[] {
  const all = [...links.values()].flatMap(({ routes }) => routes);
  return all.filter(({ destination }) => destination.includes(':') === isIpv6).map(routeJson);
}

/** What `ip -json rule show` prints for one family. */
export function rulesJson({ rules }: Kernel, family: LinkRule['family']): object[] {
  return rules
    .filter((rule) => rule.family === family)
    .map(({ priority, direction, link, rest }) => ({ priority, [direction]: link, action: rest }));
}
