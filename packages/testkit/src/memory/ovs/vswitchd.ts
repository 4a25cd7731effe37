import {
  type Row,
  readOptionalInteger,
  readSet,
  readString,
  readStrings,
  type Value,
} from '@vifkit/host/parts';
import { hasCarrier } from '../kernel/bridge-ports.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Points } from '../kernel/points.js';
import { idsIn } from './cells.js';
import type { Database } from './database.js';

const LOCAL_PORT = 65_534;

/** The type of links that Open vSwitch makes for its `internal` ports. */
const INTERNAL_LINK = 'openvswitch';

/** An interface, and where it is. */
interface Place {
  readonly id: string;
  readonly row: Row;
  readonly name: string;
  readonly type: string;
  readonly bridge: Row;
}

const optional = (value: string | undefined): Value => value ?? ['set', []];

function isSame(a: Value | undefined, b: Value): boolean {
  return JSON.stringify(readSet(a)) === JSON.stringify(readSet(b));
}

/** Implements the configuration in the database, like ovs-vswitchd, and reports the result there. */
export class Vswitchd {
  readonly #numbers = new Map<string, number>();
  /** The types by which interfaces were opened, by their ids. */
  readonly #opened = new Map<string, string>();
  /** Why interfaces cannot be opened, where they are made to fail. */
  readonly #refused = new Map<string, string>();
  #busy = 0;

  constructor(
    private readonly database: Database,
    private readonly kernel: Kernel,
    private readonly points: Points,
  ) {}

  /**
   * Implements the configuration in the database, which takes time for interfaces that are opened: it can fail or hang
   * there.
   */
  async configure(signal: AbortSignal): Promise<void> {
    const places = this.#places();
    this.#makeLinks(places);
    this.#busy++;
    try {
      for (const place of places) {
        const { id, name, type } = place;
        if (this.#opened.get(id) === type || this.#problem(place, places) !== undefined) continue;
        const failure = await this.points.reach({ part: 'wiring', what: `wire ${name}` }, signal);
        if (failure) this.#refused.set(id, failure.message);
      }
    } catch {
      return; // it hung until the call was over
    } finally {
      this.#busy--;
    }
    this.report();
  }

  /** Carries it out at once. */
  carryOut(): void {
    this.#makeLinks(this.#places());
    this.report();
  }

  /** Reports the state of the interfaces, unless it is working on them: their links may have been made or removed. */
  report(): void {
    if (this.#busy > 0) return;
    const places = this.#places();
    for (const place of places) {
      const { id, row, type, name, bridge } = place;
      this.#opened.set(id, type);
      const error = this.#refused.get(id) ?? this.#problem(place, places);
      const ofport = error === undefined ? this.#numberOf(name, readString(bridge.name)) : -1;
      const state = error === undefined ? this.#stateOf(place) : undefined;
      const reported = {
        ofport,
        error: optional(error),
        admin_state: optional(state?.admin),
        link_state: optional(state?.link),
      };
      if (Object.entries(reported).every(([key, value]) => isSame(row[key], value))) continue;
      this.#write('Interface', [['_uuid', '==', ['uuid', id]]], reported);
    }
    const [root] = this.database.rows('Open_vSwitch').values();
    if (root && root.cur_cfg !== root.next_cfg)
      this.#write('Open_vSwitch', [], { cur_cfg: root.next_cfg ?? 0 });
  }

  #write(table: string, where: [string, '==', Value][], row: Row): void {
    this.database.transact([{ op: 'update', table, where, row }]);
  }

  #places(): Place[] {
    const [ports, interfaces] = [this.database.rows('Port'), this.database.rows('Interface')];
    return [...this.database.rows('Bridge').values()].flatMap((bridge) =>
      idsIn(bridge.ports).flatMap((port) =>
        idsIn(ports.get(port)?.interfaces).flatMap((id): Place[] => {
          const row = interfaces.get(id);
          return row ? [{ id, row, name: readString(row.name), type: readString(row.type), bridge }] : [];
        }),
      ),
    );
  }

  /** Makes and removes the links of internal ports, and sets MTUs. */
  #makeLinks(places: readonly Place[]): void {
    const { links } = this.kernel;
    const names = new Set(places.map(({ name }) => name));
    for (const { name, type } of [...links.values()]) {
      if (type === INTERNAL_LINK && !names.has(name)) this.kernel.remove(name);
    }
    for (const { name, type, row } of places) {
      if (type === 'internal' && !links.has(name)) this.kernel.put({ name, type: INTERNAL_LINK });
      const link = links.get(name);
      const mtu = readOptionalInteger(row.mtu_request) ?? (type === 'internal' ? 1500 : undefined);
      if (link && mtu !== undefined) this.kernel.setMtu(link, mtu);
    }
  }

  /** Why it cannot open an interface, if so. Those of other types (vhost-user, tunnels) need no link. */
  #problem({ name, type, row, bridge }: Place, places: readonly Place[]): string | undefined {
    if (type === 'patch') {
      // The port at the other end need not be open, but must exist.
      const { peer = '' } = readStrings(row.options);
      if (places.some((each) => each.name === peer && each.type === 'patch')) return undefined;
      return `No usable peer '${peer}' exists in '${readString(bridge.datapath_type) || 'system'}' datapath.`;
    }
    const link = this.kernel.links.get(name);
    if (type === 'internal' && link?.type !== INTERNAL_LINK) {
      return `could not add network device ${name} to ofproto (File exists)`;
    }
    const needsLink = type === '' || type === 'system';
    return needsLink && !link ? `could not open network device ${name} (No such device)` : undefined;
  }

  /** Whether an interface is up, and has a carrier. A vhost-user socket has none before its guest, and no test has one. */
  #stateOf({ name, type }: Place): { readonly admin: 'up' | 'down'; readonly link: 'up' | 'down' } {
    if (type.startsWith('dpdk')) return { admin: 'up', link: 'down' };
    const link = this.kernel.links.get(name);
    if (!link) return { admin: 'up', link: 'up' };
    const [isUp, hasLink] = [link.up, link.up && hasCarrier(link, this.kernel.links)];
    return { admin: isUp ? 'up' : 'down', link: hasLink ? 'up' : 'down' };
  }

  #numberOf(name: string, bridge: string): number {
    if (name === bridge) return LOCAL_PORT;
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1;
    this.#numbers.set(name, number);
    return number;
  }
}
