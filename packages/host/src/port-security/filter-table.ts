import type { VifError } from '@vifkit/core';

/** The addresses from which a guest may send. */
export interface GuestFilter {
  readonly mac: string;
  /** Its IP addresses; if empty, it may use any. */
  readonly addresses: readonly string[];
  /** The id of the VIF that it is for: our mark. */
  readonly vifId?: string;
  /** The rules do not apply to the guest, or not to its addresses: somebody has removed it from a set. */
  readonly isUnapplied?: boolean;
}

/** The filter that a guest's link should have; undefined for none. */
export interface WantedFilter {
  readonly name: string;
  readonly filter: GuestFilter | undefined;
}

/** The existing guest filters. */
export interface GuestFilters {
  /** By link name. */
  readonly guests: ReadonlyMap<string, GuestFilter>;
  /** What is wrong with the rules that all guests share; undefined if nothing is. */
  readonly fault?: string;
}

/** The guest filters of a host. */
export interface FilterTable {
  read(signal: AbortSignal): Promise<GuestFilters>;
  /** Makes all the changes or none; there is one outcome for each. Incomplete rules are made again. */
  write(changes: readonly WantedFilter[], signal: AbortSignal): Promise<readonly (VifError | undefined)[]>;
}
