import type { Outcome } from '@vifkit/engine/former';

/** As whom a guest may send. */
export interface GuestFilter {
  readonly mac: string;
  /** Its IP addresses; any if none is known. */
  readonly addresses: readonly string[];
  /** The id of the VIF that it is for: our mark. */
  readonly vifId?: string;
}

/** A filter to be there for a guest's link, or none. */
export interface WantedFilter {
  readonly name: string;
  readonly filter: GuestFilter | undefined;
}

/** The filters of guests, by the names of their links: the kernel's, or some in memory. */
export interface FilterTable {
  read(signal: AbortSignal): Promise<ReadonlyMap<string, GuestFilter>>;
  /** Makes all the changes, or none; one outcome for each. */
  write(changes: readonly WantedFilter[], signal: AbortSignal): Promise<readonly Outcome[]>;
}
