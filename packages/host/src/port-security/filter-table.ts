import type { VifError } from '@vifkit/core';

/** As whom a guest may send. */
export interface GuestFilter {
  readonly mac: string;
  /** Its IP addresses; any if none is known. */
  readonly addresses: readonly string[];
  /** The id of the VIF that it is for: our mark. */
  readonly vifId?: string;
  /** The rules do not look at the guest, or not at its addresses: somebody has taken it out of a set. */
  readonly isUnapplied?: boolean;
}

/** A filter to be there for a guest's link, or none. */
export interface WantedFilter {
  readonly name: string;
  readonly filter: GuestFilter | undefined;
}

/** What filters of guests there are. */
export interface GuestFilters {
  /** By the names of their links. */
  readonly guests: ReadonlyMap<string, GuestFilter>;
  /** What is wrong with the rules that all guests share, if anything. */
  readonly fault?: string;
}

/** The filters of guests: the kernel's, or some in memory. */
export interface FilterTable {
  read(signal: AbortSignal): Promise<GuestFilters>;
  /** Makes all the changes, or none; one outcome for each. Rules that are not whole are made anew. */
  write(changes: readonly WantedFilter[], signal: AbortSignal): Promise<readonly (VifError | undefined)[]>;
}
