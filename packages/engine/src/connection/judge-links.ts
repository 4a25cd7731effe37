import { isVifError } from '@vifkit/core';
import type {
  BridgeLeg,
  BridgeMemberLeg,
  ChecksumLeg,
  GuestLinkLeg,
  MacvtapLeg,
  UplinkLeg,
  VethLeg,
  VlanLeg,
} from '@vifkit/core/connection';
import type { HostState, LinkOnPath, VlansOnPath } from './host-state.js';
import { broken, sound, type Verdict, waiting, worstOf } from './verdict.js';

export function judgeGuestLink(
  { name, madeBy, types = ['tap'], mtu, mac }: GuestLinkLeg,
  { links }: HostState,
): Verdict {
  const link = links.get(name);
  if (!link) return madeBy === 'plug' ? missing : waiting('the hypervisor makes it when the guest starts');
  if (!types.includes(link.type)) return broken(`it is of type '${link.type}', not ${types.join(' or ')}`);
  if (!link.up) return down;
  if (link.port && keepsFrames(link, mac)) return keeper;
  if (link.dropsAll) return broken(queueless);
  return worstOf([
    carries(link, mtu),
    link.carrier === false ? waiting('it has no carrier: no guest has it open') : undefined,
  ]);
}

export function judgeMacvtap({ name, mac, mode, mtu }: MacvtapLeg, { links }: HostState): Verdict {
  const isGuests = ({ type, lower, address }: LinkOnPath) =>
    (type === 'macvtap' || type === 'macvlan') &&
    lower === name &&
    address.toLowerCase() === mac.toLowerCase();
  const link = [...links.values()].find(isGuests);
  if (!link) {
    return links.has(name)
      ? waiting('the hypervisor makes it when the guest starts')
      : broken(`there is no link ${name}`);
  }
  if (mode !== undefined && link.mode !== undefined && link.mode !== mode) {
    return broken(`${link.name} is in mode ${link.mode}, not ${mode}`);
  }
  if (!link.up) return broken(`${link.name} is down`);
  if (link.dropsAll) return broken(`${link.name}: ${queueless}`);
  return worstOf([
    carries(link, mtu),
    link.carrier === false ? broken(`${link.name} has no carrier`) : undefined,
  ]);
}

export function judgeBridge({ name, mtu, awaited, mac }: BridgeLeg, { links }: HostState): Verdict {
  const link = links.get(name);
  if (!link) return awaited === undefined ? missing : waiting(`${awaited} makes it`);
  if (link.type !== 'bridge') return broken(`it is of type '${link.type}', not a bridge`);
  if (keepsFrames(link, mac))
    return broken("it has the guest's MAC address: it keeps what is sent to the guest");
  return link.up ? carries(link, mtu) : down;
}

export function judgeVeth({ name, peer, mtu }: VethLeg, { links }: HostState): Verdict {
  const [one, other] = [links.get(name), links.get(peer)];
  if (!one || !other) return broken(`${one ? peer : name} is missing`);
  if (one.peer !== peer) return broken(`the other end of ${name} is ${one.peer ?? 'elsewhere'}, not ${peer}`);
  return worstOf(
    [one, other].map((end) => {
      if (!end.up) return broken(`${end.name} is down`);
      const { state, why = '' } = carries(end, mtu);
      return state === 'sound' ? sound : { state, why: `${end.name}: ${why}` };
    }),
  );
}

export function judgeChecksum(
  { name, bridge }: ChecksumLeg,
  { openVSwitch, checksumOffload }: HostState,
): Verdict | undefined {
  if (!openVSwitch || isVifError(openVSwitch)) return undefined;
  const inUserspace = openVSwitch.bridges.get(bridge)?.datapathType === 'netdev';
  if (!inUserspace || openVSwitch.fillsChecksums || !checksumOffload) return undefined;
  if (isVifError(checksumOffload)) return waiting(checksumOffload.message);
  if (checksumOffload.get(name) !== true) return sound;
  return broken(
    `it offloads checksums, which the userspace datapath does not fill in: the guest's TCP traffic is lost. Run \`ethtool -K ${name} tx off\``,
  );
}

export function judgeUplink({ name, mtu, followsGuest }: UplinkLeg, { links }: HostState): Verdict {
  const link = links.get(name);
  if (!link) return broken(`there is no link ${name}`);
  if (!link.up) return down;
  if (link.carrier === false) {
    return followsGuest ? waiting('it has no carrier until the guest starts') : broken('it has no carrier');
  }
  return carries(link, mtu);
}

export function judgeVlan({ name, below, id, mtu }: VlanLeg, { links }: HostState): Verdict {
  const link = links.get(name);
  if (!link) return missing;
  if (link.type !== 'vlan') return broken(`it is of type '${link.type}', not a VLAN`);
  if (link.vlanId !== id || link.lower !== below) {
    return broken(`it is VLAN ${link.vlanId} on ${link.lower}, not ${id} on ${below}`);
  }
  if (!link.up) return down;
  return link.carrier === false ? broken('it has no carrier') : carries(link, mtu);
}

const missing = broken('it is missing');

const down = broken('it is down');

const queueless = 'its queue has length 0 (txqueuelen): the kernel drops what is sent to the guest';

const keeper = broken("it has the guest's MAC address: its bridge keeps what is sent to the guest");

/** A Linux bridge takes frames to its own address, and to those of its members, for the host's. */
function keepsFrames({ address }: LinkOnPath, mac: string | undefined): boolean {
  return mac !== undefined && address.toLowerCase() === mac.toLowerCase();
}

function carries(link: LinkOnPath, mtu: number | undefined): Verdict {
  if (mtu === undefined || link.mtu >= mtu) return sound;
  return broken(`its MTU is ${link.mtu}, less than the network's ${mtu}`);
}

/** Members that never lead to a network: guests' taps, and links that lead nowhere. */
const INNER_TYPES: readonly string[] = ['tap', 'tun', 'dummy'];

/** Judges a member of a Linux bridge by itself, and by the other members that it must reach. */
export function judgeMember(leg: BridgeMemberLeg, state: HostState): Verdict {
  const { name, bridge, madeBy } = leg;
  const link = state.links.get(name);
  if (!link) return madeBy === 'hypervisor' ? waiting('it is not there yet') : broken('it is missing');
  if (link.master !== bridge) {
    return broken(
      link.master === undefined
        ? `it is in no bridge, not in ${bridge}`
        : `it is in ${link.master}, not in ${bridge}`,
    );
  }
  const others = othersOf(leg, state);
  // An isolated member reaches those that are not isolated.
  if (link.port?.isolated && !leg.isolated && others.length > 0 && others.every(isIsolated)) {
    return broken(`it is isolated from ${leg.partner ?? 'all other members'}`);
  }
  if (!isGuests(link, leg) && keepsFrames(link, leg.mac)) return keeper;
  const other = others.find((each) => keepsFrames(each, leg.mac));
  if (other)
    return broken(`${other.name} has the guest's MAC address: their bridge keeps what is sent to the guest`);
  if (link.port?.locked) return broken('its bridge accepts nothing from it (it is locked)');
  if (link.port?.floods === false)
    return broken('its bridge does not flood to it, so the guest cannot be found');
  return worstOf([
    judgePortState(link),
    judgeVlans(link, leg, others, state),
    leg.partner === undefined && isGuests(link, leg) ? judgeWays(leg, others, state) : undefined,
  ]);
}

/** The members that this one must reach, as far as they are known: its partner, or any. */
function othersOf({ name, bridge, partner }: BridgeMemberLeg, { links, bridges }: HostState): LinkOnPath[] {
  if (partner !== undefined) return [links.get(partner)].filter((each) => each !== undefined);
  if (!bridges || isVifError(bridges)) return [];
  return (bridges.members.get(bridge) ?? []).filter((each) => each.name !== name);
}

function isIsolated({ port }: LinkOnPath): boolean {
  return port?.isolated === true;
}

function isGuests({ type }: LinkOnPath, { madeBy }: BridgeMemberLeg): boolean {
  return type === 'tap' || madeBy === 'hypervisor';
}

/** A port is disabled while its link is down; that is reported for the link. */
function judgePortState({ up, carrier, port }: LinkOnPath): Verdict {
  switch (port?.state) {
    case undefined:
    case 'forwarding':
      return sound;
    case 'disabled':
      return up && carrier !== false
        ? broken('its bridge has disabled the port')
        : waiting('its link is not up yet');
    case 'blocking':
      return broken('its bridge blocks the port (spanning tree)');
    default:
      return waiting(`its bridge does not forward yet (${port?.state})`);
  }
}

/** On a bridge that filters VLANs, a member must share one with the others. */
function judgeVlans(
  link: LinkOnPath,
  leg: BridgeMemberLeg,
  others: readonly LinkOnPath[],
  { links, bridges }: HostState,
): Verdict {
  if (!links.get(leg.bridge)?.filtersVlans || !bridges) return sound;
  if (isVifError(bridges)) return waiting(bridges.message);
  const { vlans } = bridges;
  const own = vlans.get(link.name);
  const ids = own ? idsOf(own) : [];
  if (!own || ids.length === 0) return broken('its bridge filters VLANs, and it is in none');
  const isTagged = own.native !== null && !own.untagged.includes(own.native);
  if (isTagged && (isGuests(link, leg) || leg.partner !== undefined)) {
    return broken(`its untagged frames are in VLAN ${own.native}, but it gets that VLAN's frames tagged`);
  }
  const shares = (name: string) => idsOf(vlans.get(name)).some((id) => ids.includes(id));
  if (others.length === 0 || others.some(({ name }) => shares(name))) return sound;
  const absent = leg.partner === undefined ? 'no other member is' : `${leg.partner} is not`;
  const where = `it is in VLAN ${ids.join(', ')}, and ${absent}`;
  // The host may be what the guest is to reach.
  return shares(leg.bridge) && leg.partner === undefined ? waiting(where) : broken(where);
}

function idsOf(vlans: VlansOnPath | undefined): number[] {
  if (!vlans) return [];
  return vlans.native === null ? [...vlans.tagged] : [vlans.native, ...vlans.tagged];
}

/**
 * The members that may lead to a network, of a bridge that others made. A bridge without such members may be of guests
 * alone, of which this one is the first, or have the host as its router.
 */
function judgeWays(
  { bridge, mtu }: BridgeMemberLeg,
  others: readonly LinkOnPath[],
  { bridges }: HostState,
): Verdict {
  if (isVifError(bridges)) return waiting(bridges.message);
  if (bridges?.deserted.has(bridge))
    return waiting('its bridge has no other member, and the host no address');
  const ways = others.filter(({ type }) => !INNER_TYPES.includes(type));
  const isOpen = ({ up, carrier, port }: LinkOnPath) =>
    up && carrier !== false && port?.state === 'forwarding' && port.floods && !port.locked;
  const open = ways.filter(isOpen);
  if (open.length > 0) {
    const largest = Math.max(...open.map((way) => way.mtu));
    if (mtu === undefined || largest >= mtu) return sound;
    return broken(
      `its bridge has a way out for frames of ${largest} bytes only: the network's MTU is ${mtu}`,
    );
  }
  if (ways.length === 0) return sound;
  const why = `its bridge has no way out: ${ways.map(({ name }) => name).join(', ')} does not forward all frames`;
  const isStarting = ({ type, port }: LinkOnPath) =>
    type === 'veth' || port?.state === 'listening' || port?.state === 'learning';
  // A veth may be that of a container that is only just starting.
  return ways.some(isStarting) ? waiting(why) : broken(why);
}
