import type { VifError } from '@vifkit/core';
import type { BridgeAttributes, LinkAttributes, LinkCreation } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import type { LinkRule } from './addresses/link-rules.js';
import type { Move } from './addresses/relocation.js';
import type { LinkState } from './link-state.js';

/** Attributes to set; a master of null takes the link out of its bridge. */
export type LinkChange = Omit<LinkAttributes, 'master'> & { readonly master?: string | null };

/** A tap as it is to be made. */
export type TapMaking = Extract<LinkCreation, { type: 'tap' }> & {
  /** The user id of whoever may open it; anybody may unless given. */
  readonly owner?: number;
};

/** How `ip` makes a link. */
export type LinkMaking = Exclude<LinkCreation, { type: 'command' | 'tap' }> | TapMaking;

/** A change to one link. */
export type LinkOperation =
  | {
      readonly op: 'add';
      readonly name: string;
      readonly create: LinkMaking;
      /** What a bridge has from the start. */
      readonly bridge?: BridgeAttributes;
    }
  /** Makes a tap anew that nobody has open: the kernel does not change the queues of one. It loses all its settings. */
  | { readonly op: 'remake'; readonly name: string; readonly create: TapMaking; readonly was: TapMaking }
  /** An alias of '' takes away what there is. */
  | { readonly op: 'set'; readonly name: string; readonly attributes: LinkChange; readonly alias?: string }
  /** Notes a user on a link, or takes the note off: one that is not there is no failure then. */
  | { readonly op: 'note'; readonly name: string; readonly user: string; readonly present: boolean }
  | Move
  | { readonly op: 'delete'; readonly name: string };

export interface LinkQuery {
  /** The links to read, whether they exist or not; all there are unless given. */
  readonly names?: readonly string[] | undefined;
  /** Of which links the IPv6 and ARP settings are read, too; of none unless given. */
  readonly settingsOf?: readonly string[];
  /** They were not written to since they were read for this call: what was read then will do. */
  readonly isUnchanged?: boolean;
}

/** The links of a network namespace: the kernel's, or some in memory. */
export interface LinkTable {
  /** Links by name, read at once. There may be more of them than were asked for. */
  read(query: LinkQuery, signal: AbortSignal): Promise<ReadonlyMap<string, LinkState>>;
  /** Which of these links there are. It takes next to no time, and says nothing else of them. */
  present(names: readonly string[]): readonly string[];
  /** What these links have of IP; read at once. */
  readAddresses(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LinkAddressing>>;
  /**
   * Which links leave the checksums of what they send to a card.
   * @throws VifError COMMAND_NOT_FOUND without ethtool; LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  readChecksumOffload(signal: AbortSignal): Promise<ReadonlyMap<string, boolean>>;
  /** The rules of policy routing that name links. */
  readRules(signal: AbortSignal): Promise<readonly LinkRule[]>;
  /**
   * Carries out operations in order, going on past those that fail; one outcome each. Making a link that is
   * there fails with LINK_EXISTS, and what is to be set or noted on a link that this call failed to make is left, with
   * the same outcome. Deleting a link that is gone succeeds. Calls do not overlap: one made while another
   * runs waits for it.
   */
  write(
    operations: readonly LinkOperation[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]>;
  close(): Promise<void>;
}
