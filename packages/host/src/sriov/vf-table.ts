import type { VifError } from '@vifkit/core';

/** The settings of a virtual function, as its physical function keeps them. */
export interface VfState {
  /** All zeros: none was set, and the function takes a random one. */
  readonly mac: string;
  /** 0 is no VLAN. */
  readonly vlan: number;
  /** The VLAN's priority and protocol, where they are not 0 and 802.1Q. */
  readonly qos?: number;
  readonly protocol?: string;
  /** Unknown where the driver has no trust to give. */
  readonly trust?: boolean;
  /** The address of the function's own network device, where the host has one. */
  readonly deviceMac?: string;
}

/** Settings that a virtual function is to have; what is left out stays, but a VLAN comes with its priority and protocol. */
export type VfSettings = Partial<VfState>;

/** A virtual function as it is found. */
export interface FoundVf extends VfState {
  /** The links that lie upon the function's own device, or that it is a member of: a macvtap, a bridge. */
  readonly users?: readonly string[];
}

/** Settings to be given to a virtual function; what is left out stays. */
export interface VfChange {
  /** The PCI address of the virtual function. */
  readonly address: string;
  readonly set: VfSettings;
}

/** The virtual functions of a host: the kernel's, or some in memory. */
export interface VfTable {
  /** Settings by PCI address, or why there are none. An address may be missing: there is no such function. */
  read(addresses: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, FoundVf | VifError>>;
  /** Carries out changes in order, going on past those that fail; one outcome each. */
  write(changes: readonly VfChange[], signal: AbortSignal): Promise<readonly (VifError | undefined)[]>;
}
