import type { VifError } from '@vifkit/core';
import type { VfSettings, VfState } from './vf-table.js';

/** How many settings a record has at most of those that were written. */
export const MOST_WRITTEN = 8;

/** What a virtual function had before a VIF took it. */
export interface VfRecord {
  /** The VIF that has the function. */
  readonly vifId: string;
  readonly former: VfState;
  /**
   * What it may have been given since, the latest last: a process may be killed before it writes what it recorded. Only
   * what still is one of these is put back. Undefined in records of older releases.
   */
  readonly written?: readonly VfSettings[];
}

/**
 * Remembers what the kernel forgets: what virtual functions had before they were first written to. A record
 * outlives the process that made it.
 */
export interface VfJournal {
  /** Records by PCI address, or why one cannot be read. An address may be missing: nothing is recorded of it. */
  read(addresses: readonly string[]): Promise<ReadonlyMap<string, VfRecord | VifError>>;
  /** All records by PCI address. Rejects with JOURNAL_FAILED when it cannot be told which there are. */
  list(): Promise<ReadonlyMap<string, VfRecord | VifError>>;
  /** Ends well only once the record is safe; it takes the place of one that is there. */
  record(address: string, record: VfRecord): Promise<VifError | undefined>;
  /** Removes the record, if there is one. */
  forget(address: string): Promise<VifError | undefined>;
}
