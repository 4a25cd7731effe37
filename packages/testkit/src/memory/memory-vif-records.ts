import type { VifRecord, VifRecords } from '@vifkit/engine';
import { untilFired } from '@vifkit/engine/time';

/** Records of VIFs in memory. */
export class MemoryVifRecords implements VifRecords {
  readonly #records = new Map<string, VifRecord>();
  readonly #listeners = new Set<() => void>();

  async list(): Promise<VifRecord[]> {
    return [...this.#records.values()];
  }

  async read(vifIds: readonly string[]): Promise<VifRecord[]> {
    return vifIds.flatMap((vifId) => this.#records.get(vifId.toLowerCase()) ?? []);
  }

  async put(record: VifRecord): Promise<undefined> {
    const key = record.vifId.toLowerCase();
    this.#records.set(key, { ...record, since: this.#records.get(key)?.since ?? record.since });
    for (const listener of this.#listeners) listener();
  }

  async forget(vifId: string): Promise<undefined> {
    this.#records.delete(vifId.toLowerCase());
    for (const listener of this.#listeners) listener();
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    this.#listeners.add(changed);
    await untilFired(signal);
    this.#listeners.delete(changed);
  }
}
