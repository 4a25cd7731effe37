import type { BridgePort, BridgeVlan, KernelLink, KernelLinks } from './kernel-link.js';
import { NOT_SUPPORTED, Refusal } from './refusal.js';

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
  links: KernelLinks,
  name: string,
  vlan: number,
  { pvid, untagged }: BridgeVlan,
): void {
  const { vlans } = memberNamed(links, name);
  if (pvid) for (const [id, known] of vlans) if (known.pvid) vlans.set(id, { ...known, pvid: false });
  vlans.set(vlan, { pvid, untagged });
}

/**
 * A missing VLAN is not an error.
 * @throws Refusal
 */
export function removeBridgeVlan(links: KernelLinks, name: string, vlan: number): void {
  memberNamed(links, name).vlans.delete(vlan);
}

/** @throws Refusal */
export function isolate(links: KernelLinks, name: string, isolated: boolean): void {
  memberNamed(links, name).port.isolated = isolated;
}

type Member = KernelLink & { port: BridgePort };

/** @throws Refusal */
function memberNamed(links: KernelLinks, name: string): Member {
  const link = links.get(name);
  if (!link) throw new Refusal(`Cannot find bridge device "${name}"`);
  if (!isMember(link)) throw new Refusal(NOT_SUPPORTED);
  return link;
}

function isMember(link: KernelLink): link is Member {
  return link.port !== undefined;
}

/**
 * Whether a link has a carrier, which requires that it is up. A veth has one if its peer is up, a tap if a program has
 * it open, a bridge if one of its ports forwards or none ever did, and a VLAN if its lower link has one.
 */
export function hasCarrier(link: KernelLink, links: KernelLinks): boolean {
  if (link.carrier !== undefined) return link.carrier;
  switch (link.type) {
    case 'tap':
      return link.tap?.isOpen ?? false;
    case 'veth':
      return link.peer === undefined || (links.get(link.peer)?.up ?? true);
    case 'vlan': {
      const below = link.vlan && links.get(link.vlan.link);
      return below === undefined || (below.up && hasCarrier(below, links));
    }
    case 'bridge':
      return !link.countsPorts || forwards(link, links);
    default:
      return true;
  }
}

/** Whether a bridge has a port that forwards. */
function forwards({ name }: KernelLink, links: KernelLinks): boolean {
  return [...links.values()].some((each) => {
    return each.master === name && portState(each, links) === 'forwarding';
  });
}

/**
 * Call this before a link is set down: the kernel's bridges look for forwarding ports when one of their ports stops.
 */
export function countPortsBeside(link: KernelLink, links: KernelLinks): void {
  if (link.type === 'bridge' && forwards(link, links)) link.countsPorts = true;
  for (const name of [link.name, link.peer ?? '']) {
    const { master = '' } = links.get(name) ?? {};
    const bridge = links.get(master);
    if (bridge?.up) bridge.countsPorts = true;
  }
}

/**
 * The spanning tree state of a member's port, see the kernel's `br_make_forwarding`. It does not advance: with spanning
 * tree, a real port would forward after twice the delay.
 */
export function portState(link: KernelLink, links: KernelLinks): 'disabled' | 'listening' | 'forwarding' {
  const bridge = link.master === undefined ? undefined : links.get(link.master);
  if (!bridge?.up || !link.up || !hasCarrier(link, links)) return 'disabled';
  return bridge.bridge?.stp && bridge.bridge.forwardDelay > 0 ? 'listening' : 'forwarding';
}

/** What `bridge -json vlan show` prints. */
export function bridgeVlansJson(links: KernelLinks): object[] {
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
