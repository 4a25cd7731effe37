import type { VifError } from '@vifkit/core';
import type { VfSettings, VfState } from './vf-table.js';

/** The maximum number of written settings in a record. */
export const MAX_WRITTEN = 8;

/** The state of a virtual function before a VIF took it. */
export interface VfRecord {
  /** The VIF that has the function. */
  readonly vifId: string;
  readonly former: VfState;
  /**
   * The settings that it may have been given since, the latest last: a process may be killed before it writes what it
   * recorded. Only settings that still match one of these are restored. Undefined in records of older releases.
   */
  readonly written?: readonly VfSettings[];
}

/**
 * Keeps what the kernel does not: the settings of virtual functions before they were first written to. A record
 * outlives the process that made it.
 */
export interface VfJournal {
  /** Records by PCI address, or an error for one that cannot be read. An address without a record is left out. */
  read(addresses: readonly string[]): Promise<ReadonlyMap<string, VfRecord | VifError>>;
  /** All records by PCI address. Rejects with JOURNAL_FAILED if they cannot be listed. */
  list(): Promise<ReadonlyMap<string, VfRecord | VifError>>;
  /** Succeeds only once the record is stored; it replaces an existing one. */
  record(address: string, record: VfRecord): Promise<VifError | undefined>;
  /** Removes the record, if there is one. */
  forget(address: string): Promise<VifError | undefined>;
}
