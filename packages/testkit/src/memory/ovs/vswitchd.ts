import type { OvsInterface } from '@vifkit/host/parts';
import type { Kernel } from '../links/kernel.js';
import type { PortRow, Switch } from './switch.js';

const LOCAL_PORT = 65_534;

/** The type of links that Open vSwitch makes for its `internal` ports. */
const INTERNAL_LINK = 'openvswitch';

/** Carries out what is in the database, as ovs-vswitchd does. */
export class Vswitchd {
  readonly #kernel: Kernel;
  readonly #numbers = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Makes and removes the links of internal ports, and sets MTUs. */
  carryOut({ ports }: Switch): void {
    const { links } = this.#kernel;
    for (const { name, type } of [...links.values()]) {
      if (type === INTERNAL_LINK && !ports.has(name)) this.#kernel.remove(name);
    }
    for (const [name, { interface: its }] of ports) {
      if (its?.type === 'internal' && !links.has(name)) this.#kernel.put({ name, type: INTERNAL_LINK });
      const link = links.get(name);
      if (!link || !its) continue;
      if (its.mtuRequest !== undefined) this.#kernel.setMtu(link, its.mtuRequest);
      else if (its.type === 'internal') this.#kernel.setMtu(link, 1500);
    }
  }

  /** What it reports of a port's interface. */
  report(name: string, { bridge, interface: its }: PortRow, database: Switch): OvsInterface | undefined {
    if (!its) return undefined;
    const error =
      its.type === 'patch' ? peerless(bridge, its.options, database) : this.#problem(name, its.type);
    if (error !== undefined) return { ...its, ofport: -1, error };
    return { ...its, ofport: bridge === name ? LOCAL_PORT : this.#numberOf(name), error: undefined };
  }

  /** Why it cannot open a port, if so. Ports of other types (vhost-user, tunnels) need no link. */
  #problem(name: string, type: string): string | undefined {
    const link = this.#kernel.links.get(name);
    if (type === 'internal' && link?.type !== INTERNAL_LINK) {
      return `could not add network device ${name} to ofproto (File exists)`;
    }
    const needsLink = type === '' || type === 'system';
    return needsLink && !link ? `could not open network device ${name} (No such device)` : undefined;
  }

  #numberOf(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1;
    this.#numbers.set(name, number);
    return number;
  }
}

/** Why a patch port cannot be opened, if so: the port of the other end need not be open, but has to be there. */
function peerless(
  bridge: string,
  { peer = '' }: Readonly<Record<string, string>>,
  { bridges, ports }: Switch,
): string | undefined {
  if (ports.get(peer)?.interface?.type === 'patch') return undefined;
  const datapath = bridges.get(bridge)?.datapathType || 'system';
  return `No usable peer '${peer}' exists in '${datapath}' datapath.`;
}
