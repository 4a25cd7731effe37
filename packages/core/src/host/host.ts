import type { StepRunner } from '../engine/runner.js';

/** An SR-IOV virtual function. */
export interface VirtualFunction {
  /** The network device of its physical function. */
  readonly pf: string;
  /** Its number below the physical function, as in `ip link set PF vf NUMBER`. */
  readonly index: number;
  /** Its own network device; missing while it is bound to no network driver, as when a guest has it. */
  readonly netDevice?: string;
}

/** What a plan may ask about the host. Nothing here writes. Questions asked together share their answer's cost. */
export interface HostFacts {
  /** The MTU of a link, or undefined when there is no such link. */
  linkMtu(name: string): Promise<number | undefined>;
  /** The kernel's release, as `uname -r` prints it. */
  kernelRelease(): Promise<string>;
  /** The name of the network device of a PCI function, or undefined. */
  pciNetDevice(address: string): Promise<string | undefined>;
  /**
   * The virtual function at a PCI address, or undefined when there is none, or none that can be configured. A
   * `vf` step for such an address is refused, and says why.
   */
  virtualFunction(address: string): Promise<VirtualFunction | undefined>;
}

/** Orders calls that concern the same things, between processes too. */
export interface HostLocks {
  /** Waits for all keys and takes them. The release function never throws. */
  acquire(keys: readonly string[], signal: AbortSignal): Promise<() => Promise<void>>;
}

/** A host that plans run on. Made by `@vifkit/host`, or by `@vifkit/testkit` in memory. */
export interface Host {
  readonly facts: HostFacts;
  readonly locks: HostLocks;
  readonly runners: readonly StepRunner[];
  /** Ends connections and processes. Calls still under way fail. */
  close(): Promise<void>;
}
