import type { VifError } from '@vifkit/core';
import type { VfJournal, VfRecord } from '@vifkit/host/parts';

/** A journal in memory. */
export class MemoryVfJournal implements VfJournal {
  readonly #records: Map<string, VfRecord>;

  constructor(records: Readonly<Record<string, VfRecord>> = {}) {
    this.#records = new Map(Object.entries(records));
  }

  /** The records by PCI address. */
  snapshot(): Record<string, VfRecord> {
    return Object.fromEntries([...this.#records].sort());
  }

  async read(): Promise<ReadonlyMap<string, VfRecord>> {
    return new Map(this.#records);
  }

  async list(): Promise<ReadonlyMap<string, VfRecord>> {
    return new Map(this.#records);
  }

  async record(address: string, record: VfRecord): Promise<VifError | undefined> {
    this.#records.set(address, record);
    return undefined;
  }

  async forget(address: string): Promise<VifError | undefined> {
    this.#records.delete(address);
    return undefined;
  }
}
