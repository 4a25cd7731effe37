import type { LinkAddress, LinkRoute, LinkRule } from '@vifkit/host/parts';
import { countPortsBeside, leaveBridge } from './bridge-ports.js';
import { firstVlans, type KernelLink, type LinkSpec, newBridgePort, newLink } from './kernel-link.js';
import { FILE_EXISTS, NO_SUCH_FILE, NOT_SUPPORTED, OUT_OF_RANGE, Refusal, TAP_BUSY } from './refusal.js';

/** The settings of a link in one command. */
export interface LinkSetting {
  bridge?: BridgeSetting;
  address?: string;
  mtu?: number;
  /** '' removes it. */
  alias?: string;
  /** null removes the link from its bridge. */
  master?: string | null;
  promisc?: boolean;
  up?: boolean;
  group?: number;
  queueLength?: number;
}

/** Times are in seconds. */
export interface BridgeSetting {
  stp?: boolean;
  forwardDelay?: number;
  ageing?: number;
  multicastSnooping?: boolean;
  vlanFiltering?: boolean;
}

/** A virtual function's settings, as its physical function keeps them. */
export interface KernelVf {
  mac: string;
  vlan: number;
  qos?: number;
  protocol?: string;
  trust?: boolean;
}

/** A virtual function: its PCI address and its settings. */
export interface KernelFunction {
  readonly address: string;
  readonly vf: KernelVf;
}

type Tap = NonNullable<KernelLink['tap']>;

const leastMtu = 68;
const greatestMtu = 65_535;

/** The links of a network namespace, with the rules of the kernel that plans can notice. */
export class Kernel {
  readonly links = new Map<string, KernelLink>();
  readonly rules: LinkRule[] = [];
  /** By their physical functions' links, and by number. */
  readonly #functions = new Map<string, Map<number, KernelFunction>>();
  #lastIndex = 0;

  /** Adds a link directly, together with the other end of a veth pair. */
  put(spec: LinkSpec): void {
    this.links.set(spec.name, newLink(spec, ++this.#lastIndex));
    if (spec.peer !== undefined && !this.links.has(spec.peer)) {
      this.put({ name: spec.peer, type: 'veth', peer: spec.name });
    }
  }

  /** Adds a virtual function to a link. */
  putFunction(pf: string, number: number, found: KernelFunction): void {
    const own = this.#functions.get(pf) ?? new Map<number, KernelFunction>();
    this.#functions.set(pf, own.set(number, found));
  }

  /** The virtual functions of a link, by number. */
  functionsOf(pf: string): [number, KernelFunction][] {
    return [...(this.#functions.get(pf) ?? [])].sort(([a], [b]) => a - b);
  }

  /** All virtual functions. */
  get functions(): KernelFunction[] {
    return [...this.#functions.values()].flatMap((own) => [...own.values()]);
  }

  /** The link with a name, which may be an alternative one. */
  named(name: string): KernelLink | undefined {
    return this.links.get(name) ?? [...this.links.values()].find(({ altnames }) => altnames.includes(name));
  }

  /** Removes a link and whatever depends on it. */
  remove(name: string): void {
    const link = this.links.get(name);
    if (!link || !this.links.delete(name)) return;
    if (link.peer !== undefined) this.remove(link.peer);
    for (const other of [...this.links.values()]) {
      if (other.vlan?.link === name || other.lower === name) this.remove(other.name);
      if (other.master === name) leaveBridge(other);
    }
    this.#followMembers(link.master, true);
  }

  /** The links on top of a link, and the one that it is a member of. */
  usersOf(name: string): string[] {
    const onTop = [...this.links.values()].filter(({ vlan, lower }) => [vlan?.link, lower].includes(name));
    const { master } = this.links.get(name) ?? {};
    return [...onTop.map((each) => each.name), ...(master === undefined ? [] : [master])].sort();
  }

  /** Sets an MTU as the kernel does, with what follows from it for other links. */
  setMtu(link: KernelLink, mtu: number): void {
    if (mtu === link.mtu) return;
    link.mtu = mtu;
    if (link.type === 'bridge') link.mtuByHand = true;
    for (const other of this.links.values()) {
      if (other.vlan?.link === link.name && other.mtu > mtu) this.setMtu(other, mtu);
    }
    this.#followMembers(link.master);
  }

  /** @throws Refusal */
  addBridge(name: string, setting: BridgeSetting): void {
    this.#requireFree([name]);
    this.put({ name, type: 'bridge' });
    try {
      this.#setBridge(this.find(name), setting);
    } catch (error) {
      this.remove(name); // it is made with all of that, or not at all
      throw error;
    }
  }

  /** @throws Refusal */
  addVeth(name: string, peer: string): void {
    this.#requireFree([name, peer]);
    this.put({ name, type: 'veth', peer });
  }

  /** @throws Refusal */
  addVlan(name: string, { link, id, protocol }: NonNullable<KernelLink['vlan']>): void {
    const { mtu, address } = this.find(link);
    this.#requireFree([name]);
    const vlan = { link, id, ...(protocol && { protocol }) };
    const isTwin = (other: KernelLink['vlan']) =>
      other?.link === link && other.id === id && other.protocol === vlan.protocol;
    const twin = [...this.links.values()].find((each) => isTwin(each.vlan));
    if (twin) throw new Refusal('Error: 8021q: VLAN device already exists.');
    this.put({ name, type: 'vlan', vlan, mtu, address });
  }

  /** @throws Refusal */
  addTap(name: string, tap: Tap): void {
    if (this.named(name)) throw new Refusal(TAP_BUSY);
    this.put({ name, type: 'tap', tap: { ...tap, isOpen: false } });
  }

  /**
   * Unlike {@link delete}, this fails for a tap that somebody has open.
   * @throws Refusal
   */
  removeTap(name: string): void {
    if (this.links.get(name)?.tap?.isOpen) throw new Refusal(TAP_BUSY);
    this.remove(name);
  }

  /**
   * In the kernel's order: settings before a refusal are applied.
   * @throws Refusal
   */
  set(name: string, setting: LinkSetting): void {
    const { bridge, address, mtu, alias, master, promisc, up, group, queueLength } = setting;
    const link = this.find(name);
    if (bridge && address !== undefined) checkAddress(address);
    if (bridge) this.#setBridge(link, bridge);
    if (address !== undefined) {
      checkAddress(address);
      this.#setAddress(link, address.toLowerCase());
    }
    if (group !== undefined) link.group = group;
    if (queueLength !== undefined) link.queueLength = queueLength;
    if (mtu !== undefined) this.#changeMtu(link, mtu);
    if (alias === '') delete link.alias;
    else if (alias !== undefined) link.alias = alias;
    if (master !== undefined) this.#setMaster(link, master);
    if (promisc !== undefined) link.promisc = promisc;
    if (up !== undefined) this.#setUp(link, up);
  }

  /** A bridge has another id with another address, and looks for ports that forward then, see `br_stp_change_bridge_id`. */
  #setAddress(link: KernelLink, address: string): void {
    if (link.type === 'bridge' && link.address !== address) link.countsPorts = true;
    link.address = address;
  }

  /**
   * A VLAN is set together with its priority and protocol.
   * @throws Refusal
   */
  setFunction(pf: string, number: number, { vlan, qos, protocol, ...others }: Partial<KernelVf>): void {
    this.find(pf);
    const vf = this.#functions.get(pf)?.get(number)?.vf;
    if (!vf) throw new Refusal('RTNETLINK answers: Invalid argument');
    Object.assign(vf, others);
    if (vlan === undefined) return;
    delete vf.qos;
    delete vf.protocol;
    Object.assign(vf, { vlan, ...(qos && { qos }), ...(protocol && protocol !== '802.1Q' && { protocol }) });
  }

  /** @throws Refusal */
  addName(link: string, name: string): void {
    const found = this.find(link);
    if (this.named(name)) throw new Refusal(FILE_EXISTS);
    found.altnames.push(name);
  }

  /** @throws Refusal */
  removeName(link: string, name: string): void {
    const found = this.find(link);
    if (!found.altnames.includes(name)) throw new Refusal(NO_SUCH_FILE);
    found.altnames = found.altnames.filter((each) => each !== name);
  }

  /** @throws Refusal */
  replaceAddress(name: string, address: LinkAddress): void {
    const link = this.find(name);
    if (!link.ipv6 && address.address.includes(':')) {
      throw new Refusal('Error: ipv6: IPv6 is disabled on this device.');
    }
    link.addresses = [...link.addresses.filter((each) => each.address !== address.address), address];
  }

  /** @throws Refusal */
  removeAddress(name: string, address: string): void {
    const link = this.find(name);
    const left = link.addresses.filter((each) => each.address !== address);
    if (left.length === link.addresses.length) {
      throw new Refusal('RTNETLINK answers: Cannot assign requested address');
    }
    link.addresses = left;
  }

  /**
   * There is only one route per table, destination and metric: another replaces it, wherever it leads.
   * @throws Refusal
   */
  replaceRoute(route: LinkRoute): void {
    const [target] = route.hops.map((hop) => this.find(hop.link));
    if (!target?.up) throw new Refusal('Error: Nexthop device is not up.');
    for (const link of this.links.values()) {
      link.routes = link.routes.filter(
        ({ destination, table }) => destination !== route.destination || table !== route.table,
      );
    }
    target.routes.push(route);
  }

  /** @throws Refusal */
  delete(name: string): void {
    const link = this.find(name);
    if (!isRemovable(link)) throw new Refusal(NOT_SUPPORTED);
    this.remove(link.name);
  }

  /**
   * Deletes all links of a group, or none if one of them cannot be deleted.
   * @throws Refusal
   */
  deleteGroup(group: number): void {
    const members = [...this.links.values()].filter((link) => link.group === group);
    if (members.length === 0) throw new Refusal('RTNETLINK answers: No such device');
    if (!members.every(isRemovable)) throw new Refusal(NOT_SUPPORTED);
    for (const { name } of members) this.remove(name);
  }

  /** @throws Refusal */
  find(name: string): KernelLink {
    const link = this.named(name);
    if (link) return link;
    throw new Refusal(`Cannot find device "${name}"`);
  }

  #requireFree(names: readonly string[]): void {
    const isTaken = new Set(names).size < names.length || names.some((each) => this.named(each));
    if (isTaken) throw new Refusal(FILE_EXISTS);
  }

  #setBridge(link: KernelLink, setting: BridgeSetting): void {
    const { stp, forwardDelay, ageing, multicastSnooping, vlanFiltering } = setting;
    const { bridge } = link;
    if (!bridge) throw new Refusal(NOT_SUPPORTED);
    if (vlanFiltering !== undefined) link.vlanFiltering = vlanFiltering;
    const now: { -readonly [Key in keyof typeof bridge]: (typeof bridge)[Key] } = bridge;
    // The kernel takes the delay first.
    if (forwardDelay !== undefined) {
      if (now.stp && (forwardDelay < 2 || forwardDelay > 30)) throw new Refusal(OUT_OF_RANGE);
      now.forwardDelay = forwardDelay;
    }
    if (ageing !== undefined) now.ageing = ageing;
    if (stp === false) now.stp = false;
    if (stp) Object.assign(now, { stp, forwardDelay: Math.max(2, bridge.forwardDelay) });
    if (multicastSnooping !== undefined) now.multicastSnooping = multicastSnooping;
  }

  #changeMtu(link: KernelLink, mtu: number): void {
    if (mtu < leastMtu) throw new Refusal('Error: mtu less than device minimum.');
    if (mtu > greatestMtu) throw new Refusal('Error: mtu greater than device maximum.');
    const parent = link.vlan && this.links.get(link.vlan.link);
    if (parent && mtu > parent.mtu) throw new Refusal(OUT_OF_RANGE);
    this.setMtu(link, mtu);
  }

  /** The link has left its former bridge by the time the new one refuses it. */
  #setMaster(link: KernelLink, master: string | null): void {
    const former = link.master;
    if (master === former) return;
    leaveBridge(link);
    this.#followMembers(former, true);
    if (master === null) return;
    if (this.find(master).type !== 'bridge') throw new Refusal(NOT_SUPPORTED);
    if (link.type === 'bridge') throw new Refusal('Error: Can not enslave a bridge to a bridge.');
    link.master = master;
    link.port = newBridgePort();
    link.vlans = firstVlans();
    this.#followMembers(master);
  }

  /** A VLAN is set up and down with its lower link. */
  #setUp(link: KernelLink, up: boolean): void {
    const parent = link.vlan && this.links.get(link.vlan.link);
    if (up && parent && !parent.up) throw new Refusal('RTNETLINK answers: Network is down');
    if (link.up === up) return;
    if (!up) countPortsBeside(link, this.links);
    link.up = up;
    if (!up) link.routes = [];
    for (const other of this.links.values()) if (other.vlan?.link === link.name) this.#setUp(other, up);
  }

  /** A bridge's MTU is its smallest member's, until somebody sets it. */
  #followMembers(name: string | undefined, isLeft = false): void {
    const bridge = name === undefined ? undefined : this.links.get(name);
    if (bridge?.type !== 'bridge') return;
    if (isLeft) bridge.countsPorts = true;
    if (bridge.mtuByHand) return;
    const members = [...this.links.values()].filter(({ master }) => master === name);
    bridge.mtu = members.length > 0 ? Math.min(...members.map(({ mtu }) => mtu)) : 1500;
  }
}

function isRemovable({ type }: KernelLink): boolean {
  return ['bridge', 'veth', 'tap', 'vlan'].includes(type);
}

function checkAddress(address: string): void {
  const multicast = (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;
  if (multicast) throw new Refusal('RTNETLINK answers: Cannot assign requested address');
}
