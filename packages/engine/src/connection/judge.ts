import { isVifError } from '@vifkit/core';
import type { FunctionLeg, GuestFilterLeg, Leg, SocketLeg } from '@vifkit/core/connection';
import type { HostState } from './host-state.js';
import { judgeBridge, judgeMember } from './judge-bridges.js';
import {
  judgeChecksum,
  judgeGuestLink,
  judgeMacvtap,
  judgeUplink,
  judgeVeth,
  judgeVlan,
} from './judge-links.js';
import { judgeOvnBinding, judgeOvsBridge, judgeOvsPort, judgeVswitchd } from './judge-open-vswitch.js';
import { broken, type Connection, type JudgedLeg, sound, type Verdict, waiting, worstOf } from './verdict.js';

/** Judges a path by the state of the host. A leg that does not matter on this host is left out. */
export function judge(legs: readonly Leg[], state: HostState): Connection {
  const filtered = new Set(legs.flatMap(({ kind, name }) => (kind === 'guestFilter' ? name : [])));
  const judged = legs.flatMap((leg): JudgedLeg[] => {
    const own = judgeLeg(leg, state);
    const isOthers = leg.kind === 'guestLink' && !filtered.has(leg.name) && hasFilter(leg.name, state);
    const verdict = isOthers && own?.state === 'sound' ? filteredForAnother : own;
    return verdict ? [{ leg: leg.kind, name: leg.name, ...verdict }] : [];
  });
  return { state: worstOf(judged).state, legs: judged };
}

function judgeLeg(leg: Leg, state: HostState): Verdict | undefined {
  switch (leg.kind) {
    case 'guestLink':
      return judgeGuestLink(leg, state);
    case 'macvtap':
      return judgeMacvtap(leg, state);
    case 'socket':
      return judgeSocket(leg, state);
    case 'function':
      return judgeFunction(leg, state);
    case 'bridge':
      return judgeBridge(leg, state);
    case 'bridgeMember':
      return judgeMember(leg, state);
    case 'veth':
      return judgeVeth(leg, state);
    case 'checksum':
      return judgeChecksum(leg, state);
    case 'uplink':
      return judgeUplink(leg, state);
    case 'vlan':
      return judgeVlan(leg, state);
    case 'guestFilter':
      return judgeFilter(leg, state);
    case 'vswitchd':
      return judgeVswitchd(state);
    case 'ovsBridge':
      return judgeOvsBridge(leg, state);
    case 'ovsPort':
      return judgeOvsPort(leg, state);
    case 'ovnBinding':
      return judgeOvnBinding(leg, state);
  }
}

function judgeSocket({ name, server, port }: SocketLeg, { sockets }: HostState): Verdict | undefined {
  if (port !== undefined) return undefined;
  switch (sockets.get(name) ?? 'absent') {
    case 'connected':
      return sound;
    case 'listening':
      return waiting(server === 'guest' ? 'the switch has not connected' : 'no guest has connected');
    case 'stale':
      return server === 'guest' ? waiting('the guest has not started') : broken('nothing listens on it');
    case 'absent':
      return waiting(
        server === 'guest' ? 'the guest makes it when it starts' : 'the switch has not made it yet',
      );
  }
}

function judgeFunction({ name, mac, vlan }: FunctionLeg, { functions, links }: HostState): Verdict {
  const found = functions.get(name);
  if (!found) return broken('there is no such function on this host');
  const { driver, vf } = found;
  const pf = vf && links.get(vf.pf);
  if (pf && !pf.up) return broken(`its physical function ${pf.name} is down`);
  if (pf?.carrier === false) return broken(`its physical function ${pf.name} has no carrier`);
  if (vf?.isDisabled) return broken(`${vf.pf} keeps its link down (state disable)`);
  if (driver !== 'vfio-pci') return waiting('the hypervisor hands it over when the guest starts');
  if (vf && mac !== undefined && vf.mac.toLowerCase() !== mac.toLowerCase()) {
    return broken(`its MAC address is ${vf.mac}, not ${mac}`);
  }
  return vf && vlan !== undefined && vf.vlan !== vlan
    ? broken(`it is in VLAN ${vf.vlan}, not ${vlan}`)
    : sound;
}

const filteredForAnother = broken(
  'a filter is applied to it that this VIF does not ask for: unplug the VIF that left it, or collect garbage',
);

function hasFilter(name: string, { filters }: HostState): boolean {
  return filters !== undefined && !isVifError(filters) && filters.guests.has(name);
}

function judgeFilter({ name }: GuestFilterLeg, { filters }: HostState): Verdict {
  if (!filters) return broken('the filters were not read');
  if (isVifError(filters)) return broken(filters.message);
  if (filters.fault !== undefined) return broken(filters.fault);
  return filters.guests.has(name) ? sound : broken('the rules are not applied to it');
}
