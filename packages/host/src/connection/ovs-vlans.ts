import type { OvsPortOnPath } from '@vifkit/engine/connection';
import * as values from '../ovsdb/values.js';

/** Why a port cannot reach the network: the ports that lead there are in other VLANs. */
export type StrayVlan = NonNullable<OvsPortOnPath['strayVlan']>;

/** A port of a bridge, with what its interface is. */
export interface BridgePort {
  readonly name: string;
  readonly port: values.Row;
  /** Whether it leads to the network. */
  readonly leadsOut: boolean;
  /** Whether frames pass it at all, as not through the local port of a bridge that is down. */
  readonly isOpen: boolean;
}

/**
 * Whether a port is in another VLAN than all ports by which its bridge leads to the network. This holds only for a
 * bridge that forwards as its ports' VLANs say: flows may pass them by.
 * @param own the ports on the path, of which none is a way out
 */
export function strayVlan(
  name: string,
  ports: readonly BridgePort[],
  own: ReadonlySet<string>,
): StrayVlan | undefined {
  const port = ports.find((each) => each.name === name);
  if (!port) return undefined;
  const vlans = sentVlans(port.port);
  const reaches = (each: BridgePort) => vlans.some((vlan) => carries(each.port, vlan));
  const ways = ports.filter((each) => each.leadsOut && !own.has(each.name));
  if (vlans.length === 0 || ways.length === 0 || ways.some(reaches)) return undefined;
  const others = ports.filter((each) => each !== port && each.isOpen);
  const isShared = others.some(reaches) || ways.some((way) => meets(way, port, vlans));
  return { vlans, ways: ways.map((way) => way.name), isShared };
}

/** Whether a guest reaches a way out if it tags its frames with other VLANs. */
function meets(way: BridgePort, { port }: BridgePort, sent: readonly number[]): boolean {
  const [theirs, its] = [vlansOf(way.port), vlansOf(port)];
  if (its === 'all') return true;
  return its.some((vlan) => !sent.includes(vlan) && (theirs === 'all' || theirs.includes(vlan)));
}

/** The mode of a port, as ovs-vswitchd derives it. */
function modeOf({ vlan_mode, tag }: values.Row): string {
  const hasTag = values.readOptionalInteger(tag) !== undefined;
  return values.readOptionalString(vlan_mode) ?? (hasTag ? 'access' : 'trunk');
}

/** The VLANs whose frames a port carries. In the native modes it always carries its own, unless that is 0. */
function vlansOf(port: values.Row): 'all' | readonly number[] {
  const own = values.readOptionalInteger(port.tag) ?? 0;
  const trunks = values.readSet(port.trunks).map(Number);
  const mode = modeOf(port);
  if (mode === 'access' || mode === 'dot1q-tunnel') return [own];
  if (trunks.length === 0) return 'all';
  return mode === 'trunk' || own === 0 ? trunks : [own, ...trunks];
}

/** Whether a port carries untagged frames of a VLAN. A tunnel of tags carries those only if its `cvlans` have 0. */
function carries(port: values.Row, vlan: number): boolean {
  const vlans = vlansOf(port);
  return (vlans === 'all' || vlans.includes(vlan)) && !dropsUntagged(port);
}

/** The VLAN of the untagged frames that a port takes; those of tagged ones if it drops these; none if that is unknown. */
function sentVlans(port: values.Row): readonly number[] {
  if (dropsUntagged(port)) return [];
  if (modeOf(port) !== 'trunk') return [values.readOptionalInteger(port.tag) ?? 0];
  const vlans = vlansOf(port);
  return vlans === 'all' || vlans.includes(0) ? [0] : vlans;
}

function dropsUntagged(port: values.Row): boolean {
  const cvlans = values.readSet(port.cvlans).map(Number);
  return modeOf(port) === 'dot1q-tunnel' && cvlans.length > 0 && !cvlans.includes(0);
}
