import { isVifError } from '@vifkit/core';
import type { BridgeLeg, BridgeMemberLeg } from '@vifkit/core/connection';
import type { HostState, LinkOnPath, VlansOnPath } from './host-state.js';
import { awaitsGuest, down, keeper, keepsFrames, missing } from './judge-links.js';
import { broken, sound, type Verdict, waiting, worstOf } from './verdict.js';

/** Its MTU does not matter: a bridge forwards what its members carry. */
export function judgeBridge({ name, awaited, mac }: BridgeLeg, { links }: HostState): Verdict {
  const link = links.get(name);
  if (!link) return awaited === undefined ? missing : waiting(`${awaited} makes it`);
  if (link.type !== 'bridge') return broken(`it is of type '${link.type}', not a bridge`);
  if (keepsFrames(link, mac))
    return broken("it has the guest's MAC address: it keeps what is sent to the guest");
  return link.up ? sound : down;
}

/** Members that never lead to a network: guests' taps, and links that lead nowhere. */
const INNER_TYPES: readonly string[] = ['tap', 'tun', 'dummy'];

/** Judges a member of a Linux bridge by itself, and by the other members that it must reach. */
export function judgeMember(leg: BridgeMemberLeg, state: HostState): Verdict {
  const { name, bridge, madeBy } = leg;
  const link = state.links.get(name);
  if (!link) return madeBy === 'hypervisor' ? awaitsGuest : missing;
  if (link.master !== bridge) {
    return broken(
      link.master === undefined
        ? `it is in no bridge, not in ${bridge}`
        : `it is in ${link.master}, not in ${bridge}`,
    );
  }
  const others = othersOf(leg, state);
  if (isCutOff(link, leg, others, state)) {
    return broken(`it is isolated from ${leg.partner ?? 'all other members'}`);
  }
  if (!isGuests(link, leg) && keepsFrames(link, leg.mac)) return keeper;
  const other = others.find((each) => keepsFrames(each, leg.mac));
  if (other)
    return broken(`${other.name} has the guest's MAC address: their bridge keeps what is sent to the guest`);
  if (takesOwnFramesOnly(link)) return broken(`it is a ${link.type} in mode ${link.mode}: ${ownFramesOnly}`);
  return worstOf([
    judgeDelivery(link, leg, state),
    link.port?.multicasts === false ? withoutMulticasts([link], leg, state) : sound,
    judgePortState(link),
    judgeVlans(link, leg, others, state),
    leg.partner === undefined && isGuests(link, leg) ? judgeWays(link, leg, others, state) : undefined,
  ]);
}

/** The members that this one must reach, as far as they are known: its partner, or any. */
function othersOf({ name, bridge, partner }: BridgeMemberLeg, { links, bridges }: HostState): LinkOnPath[] {
  if (partner !== undefined) return [links.get(partner)].filter((each) => each !== undefined);
  if (!bridges || isVifError(bridges)) return [];
  return (bridges.members.get(bridge) ?? []).filter((each) => each.name !== name);
}

/** An isolated member reaches those that are not isolated, and the host. */
function isCutOff(
  link: LinkOnPath,
  { bridge, partner, isolated }: BridgeMemberLeg,
  others: readonly LinkOnPath[],
  state: HostState,
): boolean {
  if (!isIsolated(link) || isolated || others.length === 0 || !others.every(isIsolated)) return false;
  return partner !== undefined || isHostless(bridge, state);
}

function isIsolated({ port }: LinkOnPath): boolean {
  return port?.isolated === true;
}

/** Whether the host is known to have no address on a bridge: members cannot reach it there. */
function isHostless(bridge: string, { bridges }: HostState): boolean {
  return bridges !== undefined && !isVifError(bridges) && bridges.hostless.has(bridge);
}

const ownFramesOnly = 'it gets only what is sent to its own MAC address, and not what is sent to guests';

/** Only a macvlan in mode `passthru` passes on frames to other addresses than its own. */
function takesOwnFramesOnly({ type, mode }: LinkOnPath): boolean {
  return type === 'macvlan' && mode !== undefined && mode !== 'passthru';
}

/** Whether the bridge takes frames from a member, and finds it. */
function judgeDelivery(
  { name, port }: LinkOnPath,
  { bridge, mac }: BridgeMemberLeg,
  { links, bridges }: HostState,
): Verdict {
  if (!port) return sound;
  const cannotFind = broken('its bridge does not flood to it, so the guest cannot be found');
  if (!port.broadcasts) return cannotFind;
  const learns = port.learns && !links.get(bridge)?.forgets;
  if (!port.locked && (port.floods || learns)) return sound;
  if (isVifError(bridges)) return waiting(bridges.message);
  if (mac !== undefined && bridges?.entries.get(name)?.has(mac.toLowerCase())) return sound;
  return port.locked ? broken('its bridge accepts nothing from it (it is locked)') : cannotFind;
}

/**
 * What a guest has without multicasts by these members. IPv6 asks for its neighbours by multicasts, IPv4 by broadcasts.
 * With multicast snooping, the bridge delivers them to those who want them, but only while there is a querier in the
 * network.
 */
function withoutMulticasts(
  members: readonly LinkOnPath[],
  { bridge, ipv6 }: BridgeMemberLeg,
  { links }: HostState,
): Verdict {
  if (ipv6 === false) return sound;
  const why = `its bridge does not flood multicasts to ${members.map(({ name }) => name).join(', ')}`;
  return ipv6 && !links.get(bridge)?.snoops
    ? broken(`${why}: IPv6 neighbours do not find each other`)
    : waiting(`${why}: IPv6 neighbours may not find each other`);
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
  if (own.native === null && !leg.tagged) {
    if (isGuests(link, leg)) return waiting('its bridge drops its untagged frames: only tagged ones pass');
    if (leg.partner !== undefined) return broken('its bridge drops untagged frames from it');
  }
  const carries = (name: string, sent: readonly number[]) =>
    idsOf(vlans.get(name)).some((id) => sent.includes(id));
  const ways = isGuests(link, leg) ? waysAmong(others) : [];
  const sent = isGuests(link, leg) && own.native !== null ? [own.native] : ids;
  const sought = ways.length > 0 ? ways : others;
  if (others.length === 0 || sought.some(({ name }) => carries(name, sent))) return sound;
  const absent =
    leg.partner !== undefined
      ? `${leg.partner} is not`
      : ways.length > 0
        ? 'no member that leads to a network is'
        : 'no other member is';
  const where = `it is in VLAN ${sent.join(', ')}, and ${absent}`;
  // The host or other guests may be what the guest is to reach, or it tags its frames.
  const around = leg.partner === undefined ? [leg.bridge, ...others.map(({ name }) => name)] : [leg.partner];
  return around.some((name) => carries(name, ids)) ? waiting(where) : broken(where);
}

/** The members that may lead to a network. */
function waysAmong(others: readonly LinkOnPath[]): LinkOnPath[] {
  return others.filter(({ type }) => !INNER_TYPES.includes(type));
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
  link: LinkOnPath,
  leg: BridgeMemberLeg,
  others: readonly LinkOnPath[],
  state: HostState,
): Verdict {
  const { bridge, mtu, isolated } = leg;
  const { bridges, links } = state;
  if (isVifError(bridges)) return waiting(bridges.message);
  if (others.length === 0 && isHostless(bridge, state))
    return waiting('its bridge has no other member, and the host no address');
  const ways = waysAmong(others);
  const forgets = links.get(bridge)?.forgets === true;
  const isBarred = (way: LinkOnPath) => !isolated && isIsolated(link) && isIsolated(way);
  const open = ways.filter((way) => isOpen(way, forgets) && !isBarred(way));
  if (open.length > 0) {
    const largest = Math.max(...open.map((way) => way.mtu));
    if (mtu !== undefined && largest < mtu)
      return broken(
        `its bridge has a way out for frames of ${largest} bytes only: the network's MTU is ${mtu}`,
      );
    return open.some(({ port }) => port?.multicasts) ? sound : withoutMulticasts(open, leg, state);
  }
  if (ways.length === 0) return sound;
  const why = `its bridge has no way out: ${ways.map(({ name }) => name).join(', ')} does not forward all frames`;
  return ways.some(mayOpen) ? waiting(why) : broken(why);
}

/** Whether a bridge forwards to a member all that is not for others. */
function isOpen(way: LinkOnPath, forgets: boolean): boolean {
  const { up, carrier, port } = way;
  if (!up || carrier === false || port?.state !== 'forwarding' || takesOwnFramesOnly(way)) return false;
  return !port.locked && port.broadcasts && (port.floods || (port.learns && !forgets));
}

/**
 * A veth may be that of a container that is only just starting. A controller may have put the addresses behind a VXLAN
 * into the forwarding table instead of flooding to it.
 */
function mayOpen({ type, up, port }: LinkOnPath): boolean {
  return (
    type === 'veth' ||
    (type === 'vxlan' && up && port?.state === 'forwarding') ||
    port?.state === 'listening' ||
    port?.state === 'learning'
  );
}
