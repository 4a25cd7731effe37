import { DEAD_VLAN } from '@vifkit/core/internal';
import type { BridgePort, PortVlans, StrayVlan } from './host-state.js';

// What the VLAN settings of a port of Open vSwitch let pass, as ovs-vswitchd reads them.

/** The mode of a port that names none follows from its tag. */
function modeOf({ vlanMode, tag }: PortVlans): string {
  return vlanMode ?? (tag === undefined ? 'trunk' : 'access');
}

/** The VLANs whose frames a port carries. In the native modes it always carries its own, unless that is 0. */
function vlansOf(port: PortVlans): 'all' | readonly number[] {
  const { tag: own = 0, trunks } = port;
  const mode = modeOf(port);
  if (mode === 'access' || mode === 'dot1q-tunnel') return [own];
  if (trunks.length === 0) return 'all';
  return mode === 'trunk' || own === 0 ? trunks : [own, ...trunks];
}

/** Whether a port carries frames of a VLAN that the guest has not tagged. */
function carries(port: PortVlans, vlan: number): boolean {
  const vlans = vlansOf(port);
  return (vlans === 'all' || vlans.includes(vlan)) && !dropsUntaggedInTunnel(port);
}

/** A tunnel of tags carries untagged frames only if its `cvlans` have 0, or are empty. */
function dropsUntaggedInTunnel({ cvlans = [], ...port }: PortVlans): boolean {
  return modeOf(port) === 'dot1q-tunnel' && cvlans.length > 0 && !cvlans.includes(0);
}

/** The VLANs of which the guest must tag its frames, since the port drops untagged ones; empty if it takes them. */
export function requiredTags(port: PortVlans): readonly number[] {
  if (dropsUntaggedInTunnel(port)) return port.cvlans ?? [];
  const { trunks } = port;
  return modeOf(port) === 'trunk' && !trunks.includes(0) ? trunks : [];
}

/** Whether a port sends in VLAN 0, whose frames do not reach it. */
export function getsNoBroadcasts(port: PortVlans): boolean {
  return modeOf(port) === 'native-untagged' && !carries(port, port.tag ?? 0);
}

/** Whether a port gets the frames of the VLAN that it sends in with a tag. VLAN 0 has none. */
export function getsOwnVlanTagged(port: PortVlans): boolean {
  return modeOf(port) === 'native-tagged' && (port.tag ?? 0) > 0;
}

/** Whether a port is in the dead VLAN only. `isolate_vif` makes it a trunk of that: clearing its tag is not enough. */
export function isInDeadVlan(port: PortVlans): boolean {
  const { tag, trunks } = port;
  if (tag === DEAD_VLAN) return true;
  return modeOf(port) === 'trunk' && trunks.length > 0 && trunks.every((vlan) => vlan === DEAD_VLAN);
}

/**
 * Whether a port is in other VLANs than all ports by which its bridge leads to the network. This holds only for a bridge
 * that forwards as its ports' VLANs say: flows may pass them by.
 * @param ports all of the bridge
 * @param own the ports on the path, of which none is a way out
 */
export function strayVlan(
  name: string,
  ports: readonly BridgePort[],
  own: ReadonlySet<string>,
): StrayVlan | undefined {
  const port = ports.find((each) => each.name === name);
  if (!port) return undefined;
  const vlans = sentVlans(port);
  const reaches = (each: PortVlans) => vlans.some((vlan) => carries(each, vlan));
  const ways = ports.filter((each) => each.leadsOut && !own.has(each.name));
  if (vlans.length === 0 || ways.length === 0 || ways.some(reaches)) return undefined;
  const others = ports.filter((each) => each !== port && each.isOpen);
  const isShared = others.some(reaches) || ways.some((way) => meets(way, port, vlans));
  return { vlans, ways: ways.map((way) => way.name), isShared };
}

/** The VLAN in which a port sends what it takes; several if the guest must tag its frames; none if that is unknown. */
function sentVlans(port: PortVlans): readonly number[] {
  if (dropsUntaggedInTunnel(port)) return [];
  const required = requiredTags(port);
  return required.length > 0 ? required : [port.tag !== undefined && modeOf(port) !== 'trunk' ? port.tag : 0];
}

/** Whether a guest reaches a way out if it tags its frames with other VLANs. */
function meets(way: PortVlans, port: PortVlans, sent: readonly number[]): boolean {
  const [theirs, its] = [vlansOf(way), vlansOf(port)];
  if (its === 'all') return true;
  return its.some((vlan) => !sent.includes(vlan) && (theirs === 'all' || theirs.includes(vlan)));
}
