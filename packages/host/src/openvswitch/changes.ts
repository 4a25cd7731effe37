import type { OvsDatapathType } from '@vifkit/core';

/**
 * A change to an Open vSwitch. Its `owner` is the id of the VIF that wants it: the changes of one owner are
 * made together or not at all.
 */
export type OvsChange = EnsureBridge | SetBridgeMtu | RemoveBridge | PutPort | RemovePort;

/**
 * The bridge is to exist. A new one gets its local port of the same name and the mark {@link BRIDGE_MARK}.
 * Several owners may want the same new bridge at a time: it is made once. Waits for ovs-vswitchd.
 */
export interface EnsureBridge {
  readonly kind: 'ensureBridge';
  readonly owner: string;
  readonly name: string;
  /** Of a new bridge; one that exists keeps its own. */
  readonly datapathType: OvsDatapathType;
  /** The MTU request of the local port is raised to this if it is lower or not set. */
  readonly mtu?: number | undefined;
}

/** The MTU request of a bridge's local port is to be this, or not set. A missing bridge is left missing. */
export interface SetBridgeMtu {
  readonly kind: 'setBridgeMtu';
  readonly owner: string;
  readonly name: string;
  readonly mtu: number | undefined;
}

/**
 * The bridge is to go, if it carries {@link BRIDGE_MARK} and has no port but its local one; else nothing
 * happens. Waits for ovs-vswitchd, which has to remove the local port's link, but not for long.
 */
export interface RemoveBridge {
  readonly kind: 'removeBridge';
  readonly owner: string;
  readonly name: string;
}

/** The port is to exist on this bridge with these settings: it is made, moved or changed. */
export interface PutPort {
  readonly kind: 'putPort';
  readonly owner: string;
  readonly name: string;
  readonly bridge: string;
  readonly settings: OvsPortSettings;
  /** `external_ids` for the port itself, if it is made now. */
  readonly portExternalIds: Readonly<Record<string, string>>;
  /** Wait until ovs-vswitchd has opened the port, and fail if it cannot. */
  readonly wired: boolean;
}

/** The port is to go, if it is there. Does not wait for ovs-vswitchd. */
export interface RemovePort {
  readonly kind: 'removePort';
  readonly owner: string;
  readonly name: string;
  /** Only if the port carries the mark of the owner, see {@link portMark}; else nothing happens. */
  readonly ifMarked: boolean;
}

/** Settings of a port and its interface. Those left out stay as they are; null removes one. */
export interface OvsPortSettings {
  readonly tag?: number | null;
  readonly type?: string;
  /** All of the interface's `external_ids`. */
  readonly externalIds?: Readonly<Record<string, string>>;
  /** All of the interface's options. */
  readonly options?: Readonly<Record<string, string>>;
  readonly mtuRequest?: number | null;
}
