import { asVifError, type VifError } from '@vifkit/core';
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

  async put(record: VifRecord): Promise<VifError | undefined> {
    const key = record.vifId.toLowerCase();
    try {
      const request = JSON.parse(JSON.stringify(record.request));
      const { since = record.since, changed } = this.#records.get(key) ?? {};
      this.#records.set(key, { ...(changed !== undefined && { changed }), ...record, request, since });
    } catch (error) {
      return asVifError(error, 'JOURNAL_FAILED', `The record of VIF ${record.vifId} cannot be kept`);
    }
    for (const listener of this.#listeners) listener();
    return undefined;
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
