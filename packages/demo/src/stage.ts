import type { Host } from '@vifkit/engine';

/** A host to show VIFs on. */
export interface Stage {
  /** What it is: a phrase for the reader. */
  readonly title: string;
  readonly host: Host;
  /** The names of its links, and of its Open vSwitch ports. */
  inventory(): Promise<readonly string[]>;
  /** Removes what plugging leaves for other VIFs of the network, bridges and VLAN devices; answers their names. */
  removeShared(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What is to be on a stage before the first VIF, as it is on an operator's host. */
export interface Props {
  /** Open vSwitch bridges. */
  readonly bridges: readonly string[];
  /** Links, as networks' uplinks. */
  readonly links: readonly string[];
}

export function inventory(links: readonly string[], ports: readonly string[]): string[] {
  return [...links.map((name) => `link ${name}`), ...ports.map((name) => `port ${name}`)].sort();
}

/** Whether a link is one that vifkit made for several VIFs. */
export function isShared({ alias }: { readonly alias?: string | undefined }): boolean {
  return alias === 'vifkit:shared';
}
