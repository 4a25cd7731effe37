import { isVifError } from '@vifkit/core';
import type {
  ChecksumLeg,
  GuestLinkLeg,
  MacvtapLeg,
  UplinkLeg,
  VethLeg,
  VlanLeg,
} from '@vifkit/core/connection';
import type { HostState, LinkOnPath } from './host-state.js';
import { broken, sound, type Verdict, waiting, worstOf } from './verdict.js';

export function judgeGuestLink(
  { name, madeBy, types = ['tap'], mtu, mac }: GuestLinkLeg,
  { links }: HostState,
): Verdict {
  const link = links.get(name);
  if (!link) return madeBy === 'plug' ? missing : awaitsGuest;
  if (!types.includes(link.type)) return broken(`it is of type '${link.type}', not ${types.join(' or ')}`);
  if (!link.up) return down;
  if (link.port && keepsFrames(link, mac)) return keeper;
  if (link.dropsAll) return broken(queueless);
  return worstOf([
    carries(link, mtu),
    link.carrier === false ? waiting('it has no carrier: no guest has it open') : undefined,
  ]);
}

export function judgeMacvtap({ name, mac, mode, mtu, ipv6 }: MacvtapLeg, { links }: HostState): Verdict {
  const isGuests = ({ type, lower, address }: LinkOnPath) =>
    (type === 'macvtap' || type === 'macvlan') &&
    lower === name &&
    address.toLowerCase() === mac.toLowerCase();
  const link = [...links.values()].find(isGuests);
  if (!link) {
    return links.has(name) ? awaitsGuest : broken(`there is no link ${name}`);
  }
  if (mode !== undefined && link.mode !== undefined && link.mode !== mode) {
    return broken(`${link.name} is in mode ${link.mode}, not ${mode}`);
  }
  if (!link.up) return broken(`${link.name} is down`);
  if (link.dropsAll) return broken(`${link.name}: ${queueless}`);
  return worstOf([
    carries(link, mtu),
    link.carrier === false ? broken(`${link.name} has no carrier`) : undefined,
    // Addresses that follow from the MAC address share a group with the host's own address there.
    ipv6 && !link.allMulticasts
      ? waiting(
          `${link.name} takes only multicasts that the host has joined: IPv6 neighbours may not find the guest. Run \`ip link set dev ${link.name} allmulticast on\``,
        )
      : undefined,
  ]);
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

export const missing = broken('it is missing');

/** One for all legs of a link: whoever prints them can tell that it is one fact. */
export const awaitsGuest = waiting('the hypervisor makes it when the guest starts');

export const down = broken('it is down');

const queueless = 'its queue has length 0 (txqueuelen): the kernel drops what is sent to the guest';

export const keeper = broken("it has the guest's MAC address: its bridge keeps what is sent to the guest");

/** A Linux bridge takes frames to its own address, and to those of its members, for the host's. */
export function keepsFrames({ address }: LinkOnPath, mac: string | undefined): boolean {
  return mac !== undefined && address.toLowerCase() === mac.toLowerCase();
}

function carries(link: LinkOnPath, mtu: number | undefined): Verdict {
  if (mtu === undefined || link.mtu >= mtu) return sound;
  return broken(`its MTU is ${link.mtu}, less than the network's ${mtu}`);
}
