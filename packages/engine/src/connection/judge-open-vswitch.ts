import { isSameVif, isVifError } from '@vifkit/core';
import type { OvnBindingLeg, OvsBridgeLeg, OvsPortLeg } from '@vifkit/core/connection';
import { DEAD_VLAN } from '@vifkit/core/internal';
import type {
  HostState,
  OpenVSwitchOnPath,
  OvnBinding,
  OvnOnPath,
  OvsBridgeOnPath,
  OvsPortOnPath,
} from './host-state.js';
import { awaitsGuest, missing } from './judge-links.js';
import { getsNoBroadcasts, getsOwnVlanTagged, isInDeadVlan, requiredTags } from './port-vlans.js';
import { broken, sound, type Verdict, waiting, worstOf } from './verdict.js';

/**
 * Milliseconds for which the state of a port in OVN is not trusted: two chassis that claim it take it from each other.
 */
const SETTLE_TIME = 1_500;

export function judgeVswitchd(state: HostState): Verdict {
  return withOvs(state, ({ vswitchd, awaitsFlows }) => {
    if (vswitchd !== undefined) return broken(vswitchd);
    // It does not tell whether the setting was there when it started.
    return awaitsFlows ? waiting('flows are to be restored first (other_config:flow-restore-wait)') : sound;
  });
}

export function judgeOvsBridge({ name, ipv6 }: OvsBridgeLeg, state: HostState): Verdict {
  return withOvs(state, ({ bridges }) => {
    const bridge = bridges.get(name);
    if (!bridge) return missing;
    if (bridge.error !== undefined) return broken(bridge.error);
    if (bridge.flows === 0 && showsAllFlows(bridge)) return broken('it has no flows: it drops everything');
    if (bridge.isJoined === false)
      return waiting("no patch port joins it to another bridge: Neutron's agent adds that");
    return worstOf([
      judgeClosedWays(bridge),
      // A guest asks when it gets an address, and is heard for five minutes unless a querier reminds it.
      ipv6 && bridge.dropsUnaskedMulticasts
        ? waiting(
            'it drops multicasts that nobody has asked for (mcast-snooping-disable-flood-unregistered): IPv6 neighbours may not find each other',
          )
        : undefined,
    ]);
  });
}

/** A link that is down may be that of a container that is only just starting. */
function judgeClosedWays({ closedWays }: OvsBridgeOnPath): Verdict {
  if (!closedWays) return sound;
  const why = `it has no way out: ${closedWays.why}`;
  return closedWays.isError ? broken(why) : waiting(why);
}

/**
 * While the controller of a bridge that is not `secure` cannot be reached, ovs-vswitchd forwards with a flow that it
 * does not show.
 */
function showsAllFlows({ failMode, hasController }: OvsBridgeOnPath): boolean {
  return failMode === 'secure' || !hasController;
}

export function judgeOvsPort(leg: OvsPortLeg, state: HostState): Verdict {
  return withOvs(state, (ovs) => {
    const port = ovs.ports.get(leg.name);
    const hasLink = leg.type !== '' || state.links.has(leg.name);
    const isEarly = leg.linkBy === 'hypervisor' && !hasLink;
    if (!port) {
      const isAwaited = leg.madeBy === 'hypervisor' && isEarly;
      return isAwaited ? awaitsGuest : broken(`it is missing from ${leg.bridge}`);
    }
    return worstOf([
      judgePlace(leg, port, ovs),
      judgeOpening(port, isEarly),
      judgeVlans(leg, port),
      port.mirror === undefined
        ? undefined
        : broken(`the mirror ${port.mirror} sends its copies to it: Open vSwitch drops all else`),
      judgeTreeState(leg, port, state),
      port.isCutOff && !leg.protected
        ? broken('it is protected, and so are all ports that lead to the network')
        : undefined,
      judgeLinkState(leg, port, state),
    ]);
  });
}

function judgePlace(
  leg: OvsPortLeg,
  port: OvsPortOnPath,
  { byInterfaceId, ports }: OpenVSwitchOnPath,
): Verdict {
  if (port.bridge !== leg.bridge) return broken(`it is on ${port.bridge}, not on ${leg.bridge}`);
  const { interfaceId, mac, peer } = leg;
  const ids = port.externalIds;
  if (interfaceId !== undefined) {
    const found = ids['iface-id'];
    if (found === undefined || !isSameVif(found, interfaceId)) {
      return broken(`its iface-id is ${found ?? 'not set'}, not ${interfaceId}`);
    }
    const other = byInterfaceId.get(interfaceId)?.find((name) => name !== leg.name);
    if (other !== undefined) return broken(`${other} has the same iface-id`);
  }
  if (mac !== undefined && ids['attached-mac']?.toLowerCase() !== mac.toLowerCase()) {
    return broken(`its attached-mac is ${ids['attached-mac'] ?? 'not set'}, not ${mac}`);
  }
  if (peer !== undefined) {
    if (port.options.peer !== peer)
      return broken(`its peer is ${port.options.peer ?? 'not set'}, not ${peer}`);
    if (ports.get(peer)?.options.peer !== leg.name) return broken(`its peer ${peer} does not point back`);
  }
  return sound;
}

function judgeOpening({ error, ofport }: OvsPortOnPath, isEarly: boolean): Verdict {
  if (isEarly) return waiting("the guest's link is not there yet");
  if (error !== undefined) return broken(error);
  return ofport !== undefined && ofport > 0 ? sound : broken('ovs-vswitchd has not opened it');
}

function judgeVlans({ isolated, tag, tagged }: OvsPortLeg, port: OvsPortOnPath): Verdict {
  if (getsOwnVlanTagged(port)) {
    return broken(`its untagged frames are in VLAN ${port.tag}, but it gets that VLAN's frames tagged`);
  }
  if (getsNoBroadcasts(port))
    return broken('it gets no broadcasts: its untagged frames are in VLAN 0, which its trunks lack');
  if (tag !== undefined && port.tag !== tag) return broken(`it is in VLAN ${port.tag ?? 'none'}, not ${tag}`);
  if (!isInDeadVlan(port)) {
    return worstOf([judgeStrayVlan(port), tagged ? sound : judgeUntagged(port)]);
  }
  const why = `it is in the dead VLAN ${DEAD_VLAN}: Neutron's agent has not bound it`;
  return isolated ? waiting(why) : broken(why);
}

function judgeUntagged(port: OvsPortOnPath): Verdict {
  const vlans = requiredTags(port);
  if (vlans.length === 0) return sound;
  return waiting(
    `it drops untagged frames: only those that the guest tags with VLAN ${vlans.join(', ')} pass`,
  );
}

/** Others in the guest's VLAN may be its network, and the guest may tag its frames. */
function judgeStrayVlan({ strayVlan }: OvsPortOnPath): Verdict {
  if (!strayVlan) return sound;
  const { vlans, ways, isShared } = strayVlan;
  const where = vlans.includes(0) ? 'in no VLAN' : `in VLAN ${vlans.join(', ')}`;
  const why = `it is ${where}, which no port to the network carries: ${ways.join(', ')}`;
  return isShared ? waiting(why) : broken(why);
}

function judgeTreeState({ name }: OvsPortLeg, port: OvsPortOnPath, { links }: HostState): Verdict {
  const { treeState, linkState } = port;
  const hasCarrier = links.get(name)?.carrier ?? linkState !== 'down';
  switch (treeState) {
    case undefined:
    case 'forwarding':
      return sound;
    case 'listening':
    case 'learning':
      return waiting(`it does not forward yet (spanning tree: ${treeState})`);
    default:
      // A port is also disabled while its link is down.
      return hasCarrier
        ? broken(`it does not forward (spanning tree: ${treeState})`)
        : waiting('its link is not up yet');
  }
}

/** The kernel is asked about a link itself: Open vSwitch learns of changes later. */
function judgeLinkState(
  { linkBy, type, name, bridge }: OvsPortLeg,
  port: OvsPortOnPath,
  { links }: HostState,
): Verdict {
  if (type === '') {
    const { up = true, master } = links.get(name) ?? {};
    // In the kernel datapath, the master of every port is the link `ovs-system`.
    if (master !== undefined && master !== 'ovs-system') return broken(`its link is a member of ${master}`);
    return up ? sound : broken('its link is down');
  }
  if (type === 'patch') return sound;
  if (port.adminState === 'down')
    return broken(`it is set down: run \`ovs-ofctl mod-port ${bridge} ${name} up\``);
  if (port.linkState !== 'down') return sound;
  if (type.startsWith('dpdkvhostuser')) return waiting('no guest has connected to its socket');
  return linkBy === 'hypervisor' || type === 'dpdk'
    ? waiting('its link is down until the guest starts')
    : broken('its link is down');
}

/** Undefined if OVN does not manage the bridge. */
export function judgeOvnBinding(leg: OvnBindingLeg, state: HostState): Verdict | undefined {
  const { openVSwitch } = state;
  if (!openVSwitch || isVifError(openVSwitch)) return undefined;
  const { ovn, ports } = openVSwitch;
  if (ovn?.bridge !== leg.bridge) return undefined;
  const port = ports.get(leg.port);
  const mac = port?.externalIds['attached-mac'];
  const binding = ovn.bindings?.get(leg.name);
  const claim = worstOf([judgeClaim(leg, ovn), judgeAddresses(binding, mac), judgeNetworks(binding)]);
  if (ovn.controller !== undefined) return broken(ovn.controller);
  if (ovn.disabled?.has(leg.name)) return broken('it is disabled in OVN (enabled=false)');
  if (claim.state === 'broken' || !port) return claim;
  if (port.externalIds['ovn-installed'] !== 'true') {
    return waiting('OVN has not installed its flows yet');
  }
  const since = Date.now() - Number(port.externalIds['ovn-installed-ts'] ?? 0);
  return since >= 0 && since < SETTLE_TIME ? waiting('OVN has only just installed its flows') : claim;
}

function judgeClaim({ name }: OvnBindingLeg, { bindings, chassis, ownNames }: OvnOnPath): Verdict {
  if (!bindings) return sound; // rely on what ovn-controller has noted at the port
  const binding = bindings.get(name);
  if (!binding) return broken(`OVN does not know port ${name}`);
  const { requested, chassis: now, additional, activated, waitsForRarp, up } = binding;
  if (requested.length > 0 && !requested.some((each) => ownNames.includes(each))) {
    return broken(`OVN wants it on chassis ${requested.join(', ')}, and this is ${chassis}`);
  }
  if (additional.includes(chassis)) {
    const isBlocked = waitsForRarp && !activated.includes(chassis);
    return isBlocked
      ? waiting('OVN blocks it here until the guest has arrived (activation-strategy)')
      : sound;
  }
  if (now === undefined) return waiting('no chassis of OVN has claimed it yet');
  if (now !== chassis) return broken(`OVN has it on chassis ${now}, and this is ${chassis}`);
  return up ? sound : waiting('OVN has not set it up yet');
}

/**
 * Whether this chassis leads to a provider network: ovn-controller connects a localnet port to the bridge of its
 * physical network, and silently leaves it out if there is none. A router is nevertheless there, on each chassis.
 */
function judgeNetworks(binding: OvnBinding | undefined): Verdict {
  if (!binding?.unserved) return sound;
  const { networks, isRouted } = binding.unserved;
  const why = `ovn-bridge-mappings has no bridge for its network's ${networks.join(', ')}`;
  return isRouted
    ? waiting(`${why}: at most its router can be reached`)
    : broken(`${why}: there is no way out`);
}

/** Whether OVN delivers to the guest's address, and takes what is sent from it. */
function judgeAddresses(binding: OvnBinding | undefined, mac: string | undefined): Verdict {
  if (!binding || mac === undefined) return sound;
  const { addresses, portSecurity } = binding;
  const has = (list: readonly string[]) =>
    list.some((each) => each.toLowerCase().includes(mac.toLowerCase()));
  if (!addresses.includes('unknown') && !has(addresses)) {
    return broken(`OVN has it with ${addresses.join(', ') || 'no address'}: it delivers nothing to ${mac}`);
  }
  if (portSecurity.length === 0 || has(portSecurity)) return sound;
  return broken(`its port security in OVN has ${portSecurity.join(', ')}: OVN drops what ${mac} sends`);
}

function withOvs({ openVSwitch }: HostState, judge: (ovs: OpenVSwitchOnPath) => Verdict): Verdict {
  if (!openVSwitch) return broken('Open vSwitch was not queried');
  return isVifError(openVSwitch) ? broken(openVSwitch.message) : judge(openVSwitch);
}
