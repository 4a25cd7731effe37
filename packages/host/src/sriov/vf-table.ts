import type { VifError } from '@vifkit/core';

/** The settings of a virtual function, as kept by its physical function. */
export interface VfState {
  /** All zeros if none was set: the function then uses a random one. */
  readonly mac: string;
  /** 0 for no VLAN. */
  readonly vlan: number;
  /** The VLAN's priority and protocol, if they are not 0 and 802.1Q. */
  readonly qos?: number;
  readonly protocol?: string;
  /** Undefined if the driver does not support trust. */
  readonly trust?: boolean;
  /** The address of the function's own network device, if the host has one. */
  readonly deviceMac?: string;
}

/**
 * Settings that a virtual function should have. What is left out stays, except that a VLAN includes its priority and
 * protocol.
 */
export type VfSettings = Partial<VfState>;

/** A virtual function as found on the host. */
export interface FoundVf extends VfState {
  /** Its physical function keeps its link down (`ip link set PF vf N state disable`). */
  readonly isDisabled?: boolean;
  /** The links on top of the function's own device, or that it is a member of: a macvtap, a bridge. */
  readonly users?: readonly string[];
  /** The program that has it open through VFIO, as in `qemu-system-x86 (process 4711)`, if it was asked for. */
  readonly guest?: string;
}

/** Settings to write to a virtual function; what is left out stays. */
export interface VfChange {
  /** The PCI address of the virtual function. */
  readonly address: string;
  readonly set: VfSettings;
}

/** The virtual functions of a host. */
export interface VfTable {
  /** Settings by PCI address, or an error. An address is left out if there is no such function. */
  read(addresses: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, FoundVf | VifError>>;
  /** Carries out changes in order, continuing after those that fail; there is one outcome for each. */
  write(changes: readonly VfChange[], signal: AbortSignal): Promise<readonly (VifError | undefined)[]>;
}
