import type { Outcome } from '@vifkit/engine/former';
import type { FilterChange, FilterTable, GuestFilter, GuestFilters } from '@vifkit/host/parts';
import type { Points } from './points.js';

/** Filters of guests in memory. */
export class MemoryFilters implements FilterTable {
  #filters = new Map<string, GuestFilter>();
  readonly #points: Points;

  constructor(points: Points) {
    this.#points = points;
  }

  /** The filters by the names of guests' links. */
  snapshot(): Record<string, GuestFilter> {
    return structuredClone(Object.fromEntries([...this.#filters].sort()));
  }

  async read(): Promise<GuestFilters> {
    return { guests: new Map(this.#filters) };
  }

  /** All or nothing, as a transaction of nftables is. */
  async write(changes: readonly FilterChange[], signal: AbortSignal): Promise<Outcome[]> {
    const next = new Map(this.#filters);
    for (const { name, filter } of changes) {
      if (filter) next.set(name, filter);
      else next.delete(name);
    }
    const what = `filter ${changes.map(({ name }) => name).join(' ')}`;
    const failure = await this.#points.reach({ part: 'filters', what }, signal);
    if (!failure) this.#filters = next;
    return changes.map(() => failure);
  }
}
