import type { VifError } from '@vifkit/core';
import type { BridgeAttributes, LinkAttributes, LinkCreation } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import type { LinkRule } from './addresses/link-rules.js';
import type { Move } from './addresses/relocation.js';
import type { FormerLink, LinkState } from './link-state.js';

/** Attributes to set; a master of null takes the link out of its bridge. */
export type LinkChange = Omit<LinkAttributes, 'master'> & {
  readonly master?: string | null;
  readonly group?: string;
  readonly queueLength?: number;
};

/** How to make a tap. */
export type TapMaking = Extract<LinkCreation, { type: 'tap' }> & {
  /** The id of the user who may open it; anybody may by default. */
  readonly owner?: number;
};

/** How to make a link with `ip`. */
export type LinkMaking = Exclude<LinkCreation, { type: 'command' | 'tap' }> | TapMaking;

/** A change to one link. */
export type LinkOperation =
  | {
      readonly op: 'add';
      readonly name: string;
      readonly create: LinkMaking;
      /** The attributes that a bridge is made with. */
      readonly bridge?: BridgeAttributes;
    }
  /**
   * Recreates a tap that no program has open: the kernel cannot change the queues of an existing tap. It loses all its
   * settings.
   */
  | { readonly op: 'remake'; readonly name: string; readonly create: TapMaking; readonly was: TapMaking }
  /** An alias of '' removes the existing one. */
  | { readonly op: 'set'; readonly name: string; readonly attributes: LinkChange; readonly alias?: string }
  /** Notes a user on a link, or removes the note; a note that does not exist is not a failure then. */
  | { readonly op: 'note'; readonly name: string; readonly user: string; readonly present: boolean }
  /**
   * Gives a link that was made again what its former self had: names, settings by their files below /proc/sys/net, and
   * words of `ip link set` with their values.
   */
  | {
      readonly op: 'complete';
      readonly name: string;
      readonly names: readonly string[];
      readonly settings: Readonly<Record<string, string>>;
      readonly words: Readonly<Record<string, string>>;
    }
  | Move
  /** A link that cannot be deleted stays in its group. */
  | { readonly op: 'delete'; readonly name: string; readonly group?: string };

export interface LinkQuery {
  /** The links to read, whether they exist or not; all links by default. */
  readonly names?: readonly string[] | undefined;
  /** Nothing was written to them since they were read for this call: the previous reading may be used. */
  readonly isUnchanged?: boolean;
}

/** The links of a network namespace. */
export interface LinkTable {
  /** Reads links. Returns them by name, possibly more than were requested. */
  read(query: LinkQuery, signal: AbortSignal): Promise<ReadonlyMap<string, LinkState>>;
  /**
   * Links that were read, some of them with their IPv6 and ARP settings. This takes almost no time, and reads nothing
   * else.
   */
  withSettings(
    links: ReadonlyMap<string, LinkState>,
    names: readonly string[],
  ): ReadonlyMap<string, LinkState>;
  /** Which of these links exist. This takes almost no time, and reads nothing else. */
  present(names: readonly string[]): readonly string[];
  /** What these links have besides the attributes that steps set. */
  readFormer(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, FormerLink>>;
  /** The IP configuration of these links. */
  readAddresses(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LinkAddressing>>;
  /**
   * Which links offload the checksums of what they send.
   * @throws VifError COMMAND_NOT_FOUND without ethtool; LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  readChecksumOffload(signal: AbortSignal): Promise<ReadonlyMap<string, boolean>>;
  /** The policy routing rules that name links. */
  readRules(signal: AbortSignal): Promise<readonly LinkRule[]>;
  /**
   * Carries out operations in order, continuing after those that fail; there is one outcome for each. Making a link
   * that exists fails with LINK_EXISTS; settings and notes for a link that this call failed to make are skipped, with
   * the same outcome. Deleting a link that is gone succeeds. Calls do not overlap: a call waits for a running one to
   * end.
   */
  write(
    operations: readonly LinkOperation[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]>;
  close(): Promise<void>;
}
