import type { Outcome } from '@vifkit/engine/former';
import type { FoundVf, VfChange, VfState, VfTable } from '@vifkit/host/parts';
import type { KernelLink } from './links/kernel-link.js';
import type { Points } from './points.js';

/** Virtual functions in memory. */
export class MemoryVfs implements VfTable {
  readonly #functions: Map<string, VfState>;
  readonly #points: Points;
  readonly #deviceOf: (address: string) => KernelLink | undefined;
  readonly #usersOf: (device: string) => readonly string[];

  /**
   * @param settings what functions have to begin with; none unless given
   * @param deviceOf finds the network device of a function
   * @param usersOf the links upon a network device
   */
  constructor(
    points: Points,
    addresses: readonly string[],
    settings: Readonly<Record<string, Partial<VfState>>> = {},
    deviceOf: (address: string) => KernelLink | undefined = () => undefined,
    usersOf: (device: string) => readonly string[] = () => [],
  ) {
    this.#points = points;
    this.#deviceOf = deviceOf;
    this.#usersOf = usersOf;
    const none = { mac: '00:00:00:00:00:00', vlan: 0, trust: false };
    this.#functions = new Map(addresses.map((address) => [address, { ...none, ...settings[address] }]));
  }

  /** The settings by PCI address; those of network devices are among the links. */
  snapshot(): Record<string, VfState> {
    return Object.fromEntries([...this.#functions].sort());
  }

  async read(): Promise<ReadonlyMap<string, FoundVf>> {
    const states = [...this.#functions].map(([address, state]) => {
      const device = this.#deviceOf(address);
      const users = device ? this.#usersOf(device.name) : [];
      const found = {
        ...state,
        ...(device && { deviceMac: device.address }),
        ...(users.length > 0 && { users }),
      };
      return [address, found] as const;
    });
    return new Map(states);
  }

  async write(changes: readonly VfChange[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const change of changes) outcomes.push(await this.#set(change, signal));
    return outcomes;
  }

  async #set({ address, set }: VfChange, signal: AbortSignal): Promise<Outcome> {
    const before = this.#functions.get(address);
    if (!before || Object.keys(set).length === 0) return undefined;
    const failure = await this.#points.reach({ part: 'vfs', what: `set ${address}` }, signal);
    if (failure) return failure;
    const { deviceMac, ...settings } = set;
    const device = this.#deviceOf(address);
    if (device && deviceMac !== undefined) device.address = deviceMac;
    this.#functions.set(address, setting(before, settings));
    return undefined;
  }
}

/** As in the kernel, a VLAN is set together with its priority and protocol. */
function setting({ qos, protocol, ...before }: VfState, set: Partial<VfState>): VfState {
  const vlan = { ...(qos !== undefined && { qos }), ...(protocol !== undefined && { protocol }) };
  return { ...before, ...(set.vlan === undefined && vlan), ...set };
}
