import {
  isIpv6,
  type LinkChange,
  type LinkOperation,
  type LinkRoute,
  type LinkRule,
} from '@vifkit/host/parts';
import { type KernelLink, type LinkSpec, newLink } from './kernel-link.js';

type Add = Extract<LinkOperation, { op: 'add' }>;
type Move = Extract<LinkOperation, { op: 'move' }>;
type Note = Extract<LinkOperation, { op: 'note' }>;
type Remake = Extract<LinkOperation, { op: 'remake' }>;
type SetBridge = NonNullable<LinkChange['bridge']>;

const TAP_BUSY = 'ioctl(TUNSETIFF): Device or resource busy';
const FILE_EXISTS = 'RTNETLINK answers: File exists';
const NO_SUCH_FILE = 'RTNETLINK answers: No such file or directory';
const NOT_SUPPORTED = 'RTNETLINK answers: Operation not supported';
const OUT_OF_RANGE = 'RTNETLINK answers: Numerical result out of range';

const leastMtu = 68;
const greatestMtu = 65_535;

/** What a refusal prints. */
class Refusal extends Error {}

/** The links of a network namespace, with the rules of the kernel that plans can notice. */
export class Kernel {
  readonly links = new Map<string, KernelLink>();
  readonly rules: LinkRule[] = [];

  /** Puts a link there without further ado; the other end of a veth pair comes with it. */
  put(spec: LinkSpec): void {
    this.links.set(spec.name, newLink(spec));
    if (spec.peer !== undefined && !this.links.has(spec.peer)) {
      this.links.set(spec.peer, newLink({ name: spec.peer, type: 'veth', peer: spec.name }));
    }
  }

  /** The link of a name, be it an alternative one. */
  named(name: string): KernelLink | undefined {
    const isNamed = ({ alternativeNames = [] }: KernelLink) => alternativeNames.includes(name);
    return this.links.get(name) ?? [...this.links.values()].find(isNamed);
  }

  /** Carries out an operation. Answers what `ip` would print if it is refused. */
  run(operation: LinkOperation): string | undefined {
    try {
      switch (operation.op) {
        case 'add':
          this.#add(operation);
          break;
        case 'remake':
          this.#remake(operation);
          break;
        case 'set':
          this.#set(operation.name, operation.attributes, operation.alias);
          break;
        case 'note':
          this.#note(operation);
          break;
        case 'move':
          this.#move(operation);
          break;
        case 'delete':
          this.#delete(operation.name);
          break;
      }
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  /** Removes a link and whatever cannot be without it. */
  remove(name: string): void {
    const link = this.links.get(name);
    if (!link || !this.links.delete(name)) return;
    if (link.peer !== undefined) this.remove(link.peer);
    for (const other of [...this.links.values()]) {
      if (other.vlan?.link === name || other.lower === name) this.remove(other.name);
      if (other.master === name) delete other.master;
    }
    this.#followMembers(link.master);
  }

  /** The links that lie upon a link, and the one that it is a member of. */
  usersOf(name: string): string[] {
    const upon = [...this.links.values()].filter(({ vlan, lower }) => [vlan?.link, lower].includes(name));
    const { master } = this.links.get(name) ?? {};
    return [...upon.map((each) => each.name), ...(master === undefined ? [] : [master])].sort();
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

  #add({ name, create, bridge }: Add): void {
    const taken = create.type === 'veth' ? [name, create.peer] : [name];
    if (new Set(taken).size < taken.length || taken.some((each) => this.links.has(each))) {
      throw new Refusal(create.type === 'tap' ? TAP_BUSY : FILE_EXISTS);
    }
    if (create.type === 'veth') this.put({ name, type: 'veth', peer: create.peer });
    else if (create.type === 'vlan') this.#addVlan(name, create);
    else this.put({ name, type: create.type, ...(create.type === 'tap' && { tap: tapStateOf(create) }) });
    try {
      if (bridge) this.#setBridge(this.#find(name), bridge);
    } catch (error) {
      this.remove(name); // it is made with all of that, or not at all
      throw error;
    }
  }

  #remake({ name, create }: Remake): void {
    if (this.links.get(name)?.tap?.isOpen) throw new Refusal(TAP_BUSY);
    this.remove(name);
    this.#add({ op: 'add', name, create });
  }

  #addVlan(name: string, { link, id, protocol }: Extract<Add['create'], { type: 'vlan' }>): void {
    const { mtu, address } = this.#find(link);
    const vlan = { link, id, ...(protocol === '802.1ad' && { protocol }) };
    const isTwin = (other: KernelLink['vlan']) =>
      other?.link === link && other.id === id && other.protocol === vlan.protocol;
    const twin = [...this.links.values()].find((each) => isTwin(each.vlan));
    if (twin) throw new Refusal('Error: 8021q: VLAN device already exists.');
    this.put({ name, type: 'vlan', vlan, mtu, address });
  }

  /** In the order of `ip` and the kernel: what comes before a refusal is done. */
  #set(name: string, change: LinkChange, alias: string | undefined): void {
    const { bridge, address, mtu, master, promisc, up, ...settings } = change;
    if (bridge?.stp === false) this.#setBridge(this.#find(name), { stp: false }); // a line of its own
    if (master && !this.links.has(master)) {
      throw new Refusal(`Error: argument "${master}" is wrong: Device does not exist`);
    }
    const link = this.#find(name);
    Object.assign(link, settings);
    if (settings.ipv6 === false) link.addresses = link.addresses.filter((each) => !isIpv6(each));
    if (bridge && address !== undefined) checkAddress(address);
    if (bridge) this.#setBridge(link, bridge);
    if (address !== undefined) {
      checkAddress(address);
      link.address = address.toLowerCase();
    }
    if (mtu !== undefined) this.#changeMtu(link, mtu);
    if (alias === '') delete link.alias;
    else if (alias !== undefined) link.alias = alias;
    if (master !== undefined) this.#setMaster(link, master);
    if (promisc !== undefined) link.promisc = promisc;
    if (up !== undefined) this.#setUp(link, up);
  }

  #note({ name, user, present }: Note): void {
    const link = this.#find(name);
    const users = link.users ?? [];
    if (users.includes(user) === present) throw new Refusal(present ? FILE_EXISTS : NO_SUCH_FILE);
    link.users = present ? [...users, user] : users.filter((each) => each !== user);
    if (link.users.length === 0) delete link.users;
  }

  /** Both links have the addresses for a moment, as it is with the kernel. */
  #move({ name, to, addresses, routes, leaving }: Move): void {
    const target = this.#find(to);
    if (!target.ipv6 && addresses.some(isIpv6))
      throw new Refusal('Error: ipv6: IPv6 is disabled on this device.');
    if (!target.up && routes.length > 0) throw new Refusal('Error: Nexthop device is not up.');
    const arriving = new Set(addresses.map(({ address }) => address));
    target.addresses = [...target.addresses.filter(({ address }) => !arriving.has(address)), ...addresses];
    for (const route of routes) this.#replaceRoute(target, route);
    const source = this.links.get(name);
    const gone = new Set(leaving.map(({ address }) => address));
    if (source) source.addresses = source.addresses.filter(({ address }) => !gone.has(address));
  }

  /** There is one route of a table, destination and metric: another takes its place, whichever way it leads. */
  #replaceRoute(target: KernelLink, route: LinkRoute): void {
    for (const link of this.links.values()) {
      link.routes = link.routes.filter(
        ({ destination, table }) => destination !== route.destination || table !== route.table,
      );
    }
    target.routes.push(route);
  }

  #delete(name: string): void {
    const { type } = this.#find(name);
    if (!['bridge', 'veth', 'tap', 'vlan'].includes(type)) throw new Refusal(NOT_SUPPORTED);
    this.remove(name);
  }

  #find(name: string): KernelLink {
    const link = this.links.get(name);
    if (link) return link;
    throw new Refusal(`Cannot find device "${name}"`);
  }

  #setBridge({ bridge }: KernelLink, { stp, forwardDelay, ageing, multicastSnooping }: SetBridge): void {
    if (!bridge) throw new Refusal(NOT_SUPPORTED);
    const now: { -readonly [Key in keyof SetBridge]: SetBridge[Key] } = bridge;
    if (stp === false) now.stp = false;
    if (forwardDelay !== undefined) {
      if (now.stp && (forwardDelay < 2 || forwardDelay > 30)) throw new Refusal(OUT_OF_RANGE);
      now.forwardDelay = forwardDelay;
    }
    if (ageing !== undefined) now.ageing = ageing;
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
    delete link.master;
    this.#followMembers(former);
    if (master === null) return;
    if (this.#find(master).type !== 'bridge') throw new Refusal(NOT_SUPPORTED);
    if (link.type === 'bridge') throw new Refusal('Error: Can not enslave a bridge to a bridge.');
    link.master = master;
    this.#followMembers(master);
  }

  /** A VLAN goes up and down with the link below it. */
  #setUp(link: KernelLink, up: boolean): void {
    const parent = link.vlan && this.links.get(link.vlan.link);
    if (up && parent && !parent.up) throw new Refusal('RTNETLINK answers: Network is down');
    if (link.up === up) return;
    link.up = up;
    if (!up) link.routes = [];
    for (const other of this.links.values()) if (other.vlan?.link === link.name) this.#setUp(other, up);
  }

  /** A bridge's MTU is its smallest member's, until somebody sets it. */
  #followMembers(name: string | undefined): void {
    const bridge = name === undefined ? undefined : this.links.get(name);
    if (bridge?.type !== 'bridge' || bridge.mtuByHand) return;
    const members = [...this.links.values()].filter(({ master }) => master === name);
    bridge.mtu = members.length > 0 ? Math.min(...members.map(({ mtu }) => mtu)) : 1500;
  }
}

function tapStateOf({ multiQueue = false, owner }: Remake['create']): KernelLink['tap'] {
  return { multiQueue, ...(owner !== undefined && { owner }), isOpen: false };
}

function checkAddress(address: string): void {
  const multicast = (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;
  if (multicast) throw new Refusal('RTNETLINK answers: Cannot assign requested address');
}
