import type { Outcome } from '@vifkit/core';
import type { VfChange, VfState, VfTable } from '@vifkit/host/parts';
import type { Points } from './points.js';

/** Virtual functions in memory. */
export class MemoryVfs implements VfTable {
  readonly #functions: Map<string, VfState>;
  readonly #points: Points;

  constructor(points: Points, addresses: readonly string[]) {
    this.#points = points;
    const initial = { mac: '00:00:00:00:00:00', vlan: 0, trust: false };
    this.#functions = new Map(addresses.map((address) => [address, initial]));
  }

  /** The settings by PCI address. */
  snapshot(): Record<string, VfState> {
    return Object.fromEntries([...this.#functions].sort());
  }

  async read(): Promise<ReadonlyMap<string, VfState>> {
    return new Map(this.#functions);
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
    if (!failure) this.#functions.set(address, { ...before, ...set });
    return failure;
  }
}
