import { VifError } from '@vifkit/core';
import { userId } from '../../kernel/user-id.js';
import type { LinkState, TapState } from '../link-state.js';
import { noteOf, usersIn } from '../link-users.js';

/** A link as `ip -details -json link` prints it; only the fields that we use. */
export interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address?: string;
  readonly master?: string;
  readonly ifalias?: string;
  readonly group?: string;
  /** The length of its queue; left out if it is 0. */
  readonly txqlen?: number;
  readonly altnames?: readonly string[];
  /** The peer of a veth, or the link below. */
  readonly link?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    readonly info_slave_kind?: string;
    readonly info_slave_data?: Readonly<Record<string, unknown>>;
  };
}

const DEFAULT_GROUP = 'default';

/** Ethernet's, as of bridges, taps, veths and VLAN devices. */
const USUAL_LENGTH = 1000;

/** Parses the output of `ip -details -json link`: one line with a list for each query. */
export function parseLinks(lines: readonly string[]): Map<string, LinkState> {
  let links: IpLink[];
  try {
    links = lines.flatMap((line) => (line.trim() ? JSON.parse(line) : []));
  } catch (cause) {
    throw new VifError('LINK_COMMAND_FAILED', '`ip -details -json link` printed no JSON', { cause });
  }
  return linksByName(links);
}

/** For a link that others have recreated, a process of `ip` that remembers it prints an empty object. */
export function linksByName(links: readonly IpLink[]): Map<string, LinkState> {
  return new Map(
    links.filter(({ ifname }) => ifname !== undefined).map((link) => [link.ifname, stateOf(link)]),
  );
}

function stateOf(ipLink: IpLink): LinkState {
  const { ifname, flags, mtu, address, master, ifalias, altnames = [], link, linkinfo } = ipLink;
  const { txqlen, group = DEFAULT_GROUP } = ipLink;
  const users = usersIn(ifname, altnames);
  const alternativeNames = altnames.filter((each) => !each.startsWith(noteOf(ifname, '')));
  const kind = linkinfo?.info_kind ?? '';
  const data = linkinfo?.info_data ?? {};
  // taps and tuns are both of kind `tun`
  const isTap = kind === 'tun' && data.type === 'tap';
  return {
    name: ifname,
    type: isTap ? 'tap' : kind,
    up: flags.includes('UP'),
    mtu,
    address: address ?? '',
    // The flag is the one set by a user; the `promiscuity` counter also includes the bridge and ovs-vswitchd.
    promisc: flags.includes('PROMISC'),
    ...(master !== undefined && { master }),
    ...(ifalias !== undefined && { alias: ifalias }),
    ...(users.length > 0 && { users }),
    ...(alternativeNames.length > 0 && { alternativeNames }),
    ...(kind !== 'veth' && kind !== 'vlan' && typeof link === 'string' && { lower: link }),
    ...(group !== DEFAULT_GROUP && { group }),
    ...(txqlen !== undefined && txqlen !== USUAL_LENGTH && { queueLength: txqlen }),
    ...(isTap && { tap: tapOf(data, flags) }),
    ...((isTap || kind === 'macvtap') && txqlen === undefined && { dropsAll: true }),
    ...(kind === 'macvtap' && {
      allMulticasts: flags.some((each) => ['ALLMULTI', 'PROMISC'].includes(each)),
    }),
    ...(flags.includes('UP') && { carrier: !flags.includes('NO-CARRIER') }),
    ...(linkinfo?.info_slave_kind === 'bridge' && { port: portOf(linkinfo.info_slave_data ?? {}) }),
    ...(typeof data.mode === 'string' && { mode: data.mode }),
    ...(kind === 'veth' && link !== undefined && { peer: link }),
    ...(kind === 'vlan' && link !== undefined && { vlan: vlanOf(link, data) }),
    ...(kind === 'bridge' && {
      bridge: {
        forwardDelay: Number(data.forward_delay) / 100,
        stp: data.stp_state !== 0,
        multicastSnooping: data.mcast_snooping !== 0,
        ageing: Number(data.ageing_time) / 100,
        vlanFiltering: data.vlan_filtering === 1,
      },
    }),
  };
}

function portOf(data: Readonly<Record<string, unknown>>): NonNullable<LinkState['port']> {
  const { state, isolated, locked, flood, bcast_flood, mcast_flood, proxy_arp, learning } = data;
  return {
    state: String(state),
    isolated: isolated === true,
    locked: locked === true,
    // The bridge itself answers for what is behind a port with proxy_arp.
    broadcasts: bcast_flood !== false && proxy_arp !== true,
    multicasts: mcast_flood !== false,
    floods: flood !== false,
    learns: learning !== false,
  };
}

function vlanOf(
  link: string,
  { id, protocol }: Readonly<Record<string, unknown>>,
): NonNullable<LinkState['vlan']> {
  return { link, id: Number(id), ...(protocol === '802.1ad' && { protocol }) };
}

function tapOf(data: Readonly<Record<string, unknown>>, flags: readonly string[]): TapState {
  const { multi_queue, numqueues = 0, numdisabled = 0, user } = data;
  const isUp = flags.includes('UP');
  return {
    multiQueue: multi_queue === true,
    // `ip` prints the user's name, if there is one.
    ...((typeof user === 'string' || typeof user === 'number') && { owner: userId(user) }),
    // Queues are counted only for a multi-queue tap. A tap that no program has open has no carrier, which is visible
    // only while it is up.
    ...(multi_queue === true && { isOpen: Number(numqueues) + Number(numdisabled) > 0 }),
    ...(multi_queue !== true && isUp && { isOpen: !flags.includes('NO-CARRIER') }),
  };
}
