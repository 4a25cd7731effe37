import type { LinkAttributes, LinkCreation, Outcome } from '@vifkit/core';
import type { LinkState } from './link-state.js';

/** Attributes to set; a master of null takes the link out of its bridge. */
export type LinkChange = Omit<LinkAttributes, 'master'> & { readonly master?: string | null };

/** How `ip` makes a link. */
export type LinkMaking = Exclude<LinkCreation, { type: 'command' }>;

/** A change to one link. */
export type LinkOperation =
  | { readonly op: 'add'; readonly name: string; readonly create: LinkMaking }
  | { readonly op: 'set'; readonly name: string; readonly attributes: LinkChange; readonly alias?: string }
  | { readonly op: 'delete'; readonly name: string };

/** The links of a network namespace: the kernel's, or some in memory. */
export interface LinkTable {
  /** All links by name, read at once. IPv6 and ARP settings are read for the links named. */
  read(withSettings: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LinkState>>;
  /**
   * Carries out operations in order, going on past those that fail; one outcome each. Making a link that is
   * there fails with LINK_EXISTS, and what is to be set on a link that this call failed to make is left, with
   * the same outcome. Deleting a link that is gone succeeds. Calls do not overlap: one made while another
   * runs waits for it.
   */
  write(operations: readonly LinkOperation[], signal: AbortSignal): Promise<readonly Outcome[]>;
  close(): Promise<void>;
}
