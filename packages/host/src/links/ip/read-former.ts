import type { VlansOnPath } from '@vifkit/engine/connection';
import { listJson } from '../../commands/list-json.js';
import type { Programs } from '../../commands/programs.js';
import type { KernelFiles } from '../../kernel/kernel-files.js';
import { readVlans } from '../../port-settings/bridge-program.js';
import { type LinkAddressing, noAddressing, routeText } from '../addresses/link-addresses.js';
import { type FormerLink, OVS_DATAPATH } from '../link-state.js';
import { noteOf } from '../link-users.js';
import { readAddresses } from './read-addresses.js';

type Data = Readonly<Record<string, unknown>>;

/** A link as `ip -details -json address` prints it; only the fields that we use. */
interface IpLink extends Data {
  readonly ifname?: string;
  readonly master?: string;
  readonly flags?: readonly string[];
  readonly altnames?: readonly string[];
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Data;
    readonly info_slave_kind?: string;
    readonly info_slave_data?: Data;
  };
  readonly addr_info?: readonly Data[];
}

const ROOT = '/proc/sys/net';

/** The folders of a link's settings. */
const FOLDERS = ['ipv4/conf', 'ipv6/conf', 'ipv4/neigh', 'ipv6/neigh'];

/** Settings that are attributes of links; the MTU of IPv6 follows that of the link. */
const ATTRIBUTES = /\/(disable_ipv6|arp_ignore|arp_announce|mtu)$/;

const SIZES = ['gso_max_size', 'gso_max_segs', 'gro_max_size', 'gso_ipv4_max_size', 'gro_ipv4_max_size'];

/** What `ip` sets by other words than those by which it prints it. */
const SPELLED: Readonly<Record<string, string>> = {
  group_addr: 'group_address',
  multicast_router: 'mcast_router',
};

/** What the kernel finds by itself; the spanning tree's times are attributes of links. */
const FOUND =
  /^(state|id|no|vlan_filtering|\w*_timer|bridge_id|root_\w+|designated_\w+|topology_\w+|config_pending|tcn_timer|group_fwd_mask_str|group_addr|mcast_hash_elasticity|forward_delay|ageing_time|stp_state|mcast_snooping)$/;

/**
 * What links have besides what is compared with steps.
 * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
 */
export async function readFormer(
  names: readonly string[],
  signal: AbortSignal,
  programs: Programs,
  files: KernelFiles,
): Promise<Map<string, FormerLink>> {
  const [links, addressing, vlans] = await Promise.all([
    listJson<IpLink>(programs, ['ip', '-details', '-json', 'address', 'show'], 'the links', signal),
    readAddresses(names, signal, programs),
    readVlans(programs, signal),
  ]);
  return new Map(
    links.flatMap((link): [string, FormerLink][] => {
      const { ifname } = link;
      if (ifname === undefined || !names.includes(ifname)) return [];
      const former = formerOf(ifname, link, links, files);
      const elsewhere = printedElsewhere(addressing.get(ifname), vlans.get(ifname));
      return [[ifname, { ...former, others: { ...former.others, ...elsewhere } }]];
    }),
  );
}

/** What is not printed with a link. */
function printedElsewhere(
  { routes, fixedRoutes = [] }: LinkAddressing = noAddressing,
  vlans?: VlansOnPath,
): Record<string, string> {
  const all = [...routes.map(routeText), ...fixedRoutes.map(({ route }) => route)];
  return {
    ...(all.length > 0 && { 'the routes': all.toSorted().join(', ') }),
    ...(vlans && { 'the VLANs': [vlans.native, ...vlans.tagged].join(' ') }),
  };
}

function formerOf(name: string, link: IpLink, links: readonly IpLink[], files: KernelFiles): FormerLink {
  const { altnames = [], flags, linkinfo = {}, addr_info = [] } = link;
  const { info_kind, info_data = {}, info_slave_kind, info_slave_data = {} } = linkinfo;
  const isBridge = info_kind === 'bridge';
  return {
    alternativeNames: altnames.filter((each) => !each.startsWith(noteOf(name, ''))),
    settings: settingsOf(name, files),
    words: {
      ...textsOf(link, SIZES),
      ...(flags && { arp: flags.includes('NOARP') ? 'off' : 'on' }),
      ...(flags && { multicast: flags.includes('MULTICAST') ? 'on' : 'off' }),
      ...(flags && { allmulticast: flags.includes('ALLMULTI') ? 'on' : 'off' }),
      ...(isBridge && wordsOf('type bridge', info_data)),
      ...(info_slave_kind === 'bridge' && wordsOf('type bridge_slave', info_slave_data)),
    },
    members: Object.fromEntries(
      links.flatMap((each) => (isBridge && each.master === name ? memberOf(each) : [])),
    ),
    others: {
      ...Object.fromEntries(addr_info.flatMap(addressOf)),
      ...(hasOwnDiscipline(link) && { 'the queueing discipline': String(link.qdisc) }),
      ...textsOf(link, ['num_tx_queues', 'num_rx_queues']),
    },
  };
}

function textsOf(link: IpLink, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => (link[key] === undefined ? [] : [[key, String(link[key])]])),
  );
}

/** Whether its queueing discipline is its own: ovs-vswitchd sets that of its ports anew, later. */
function hasOwnDiscipline({ qdisc, promiscuity, master }: IpLink): boolean {
  const isPort = Number(promiscuity) > 0 && (master === undefined || master === OVS_DATAPATH);
  return typeof qdisc === 'string' && qdisc !== 'noop' && !isPort;
}

function memberOf({ ifname, linkinfo }: IpLink): [string, Record<string, string>][] {
  return ifname === undefined
    ? []
    : [[ifname, wordsOf('type bridge_slave', linkinfo?.info_slave_data ?? {})]];
}

/** The addresses that the kernel has not made itself. */
function addressOf({ family, local, prefixlen, scope, dynamic }: Data): [string, string][] {
  if (dynamic === true || (family === 'inet6' && scope === 'link')) return [];
  return [[`the address ${local}/${prefixlen} of scope`, String(scope)]];
}

function wordsOf(prefix: string, data: Data): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => {
      if (FOUND.test(key) || !['boolean', 'number', 'string'].includes(typeof value)) return [];
      const word = (SPELLED[key] ?? key).replace(/_intvl$/, '_interval').replace(/_cnt$/, '_count');
      return [[`${prefix} ${word}`, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)]];
    }),
  );
}

function settingsOf(name: string, files: KernelFiles): Record<string, string> {
  const paths = FOLDERS.flatMap((folder) => {
    const path = `${ROOT}/${folder}/${name}`;
    return files.entries(path).map((file) => `${path}/${file}`);
  });
  const texts = files.settings(paths.filter((path) => !ATTRIBUTES.test(path)));
  return Object.fromEntries(
    [...texts].flatMap(([path, text]) => (/^-?\d+\s*$/.test(text) ? [[path, text.trim()]] : [])),
  );
}
