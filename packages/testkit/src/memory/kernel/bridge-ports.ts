import type { Kernel } from './kernel.js';
import type { KernelLink } from './kernel-link.js';
import { NOT_SUPPORTED, Refusal } from './refusal.js';

/** A VLAN that a bridge, or a member of one, is in. */
export interface BridgeVlan {
  /** Untagged incoming frames belong to this VLAN. */
  readonly pvid: boolean;
  /** Outgoing frames in this VLAN are untagged. */
  readonly untagged: boolean;
}

/** The kernel's state of a link as a member of a bridge. */
export interface BridgePort {
  isolated: boolean;
  locked: boolean;
  floods: boolean;
}

/** The initial state of a new member of a bridge. */
export function newBridgePort(): BridgePort {
  return { isolated: false, locked: false, floods: true };
}

/** Removes a link from its bridge. */
export function leaveBridge(link: KernelLink): void {
  if (link.master === undefined) return;
  delete link.master;
  delete link.port;
  link.vlans = new Map();
}

/**
 * A link has at most one PVID: a new one replaces the previous one.
 * @throws Refusal
 */
export function addBridgeVlan(
  kernel: Kernel,
  name: string,
  vlan: number,
  { pvid, untagged }: BridgeVlan,
): void {
  const { vlans } = memberNamed(kernel, name);
  if (pvid) for (const [id, known] of vlans) if (known.pvid) vlans.set(id, { ...known, pvid: false });
  vlans.set(vlan, { pvid, untagged });
}

/**
 * A missing VLAN is not an error.
 * @throws Refusal
 */
export function removeBridgeVlan(kernel: Kernel, name: string, vlan: number): void {
  memberNamed(kernel, name).vlans.delete(vlan);
}

/** @throws Refusal */
export function isolate(kernel: Kernel, name: string, isolated: boolean): void {
  memberNamed(kernel, name).port.isolated = isolated;
}

type Member = KernelLink & { port: BridgePort };

/** @throws Refusal */
function memberNamed(kernel: Kernel, name: string): Member {
  const link = kernel.links.get(name);
  if (!link) throw new Refusal(`Cannot find bridge device "${name}"`);
  if (!isMember(link)) throw new Refusal(NOT_SUPPORTED);
  return link;
}

function isMember(link: KernelLink): link is Member {
  return link.port !== undefined;
}

/** A bridge, and each of its members, is in VLAN 1 from the start, whether the bridge filters VLANs or not. */
export function firstVlans(): Map<number, BridgeVlan> {
  return new Map([[1, { pvid: true, untagged: true }]]);
}

/**
 * Whether a link has a carrier, which requires that it is up. A veth has one if its peer is up, a tap if a program has
 * it open, a bridge if one of its ports forwards or none ever did, and a VLAN if its lower link has one.
 */
export function hasCarrier(link: KernelLink, kernel: Kernel): boolean {
  if (link.carrier !== undefined) return link.carrier;
  const { links } = kernel;
  switch (link.type) {
    case 'tap':
      return link.tap?.isOpen ?? false;
    case 'veth':
      return link.peer === undefined || (links.get(link.peer)?.up ?? true);
    case 'vlan': {
      const below = link.vlan && links.get(link.vlan.link);
      return below === undefined || (below.up && hasCarrier(below, kernel));
    }
    case 'bridge':
      return !link.countsPorts || forwards(link, kernel);
    default:
      return true;
  }
}

/** Whether a bridge has a port that forwards. */
function forwards({ name }: KernelLink, kernel: Kernel): boolean {
  return [...kernel.links.values()].some((each) => {
    return each.master === name && portState(each, kernel) === 'forwarding';
  });
}

/**
 * Call this before a link is set down: the kernel's bridges look for forwarding ports when one of their ports stops.
 */
export function countPortsBeside(link: KernelLink, kernel: Kernel): void {
  if (link.type === 'bridge' && forwards(link, kernel)) link.countsPorts = true;
  for (const name of [link.name, link.peer ?? '']) {
    const { master = '' } = kernel.links.get(name) ?? {};
    const bridge = kernel.links.get(master);
    if (bridge?.up) bridge.countsPorts = true;
  }
}

/**
 * The spanning tree state of a member's port, see the kernel's `br_make_forwarding`. It does not advance: with spanning
 * tree, a real port would forward after twice the delay.
 */
export function portState(link: KernelLink, kernel: Kernel): 'disabled' | 'listening' | 'forwarding' {
  const bridge = link.master === undefined ? undefined : kernel.links.get(link.master);
  if (!bridge?.up || !link.up || !hasCarrier(link, kernel)) return 'disabled';
  return bridge.bridge?.stp && bridge.bridge.forwardDelay > 0 ? 'listening' : 'forwarding';
}

/** What `bridge -json vlan show` prints. */
export function bridgeVlansJson({ links }: Kernel): object[] {
  return [...links.values()].flatMap(({ name, vlans }) => {
    if (vlans.size === 0) return [];
    const listed = [...vlans]
      .sort(([a], [b]) => a - b)
      .map(([vlan, { pvid, untagged }]) => {
        const flags = [...(pvid ? ['PVID'] : []), ...(untagged ? ['Egress Untagged'] : [])];
        return { vlan, ...(flags.length > 0 && { flags }) };
      });
    return [{ ifname: name, vlans: listed }];
  });
}
