import type { StepRunner } from '../engine/runner.js';

/** What a plan may ask about the host. Nothing here writes. */
export interface HostFacts {
  /** The MTU of a link, or undefined when there is no such link. */
  linkMtu(name: string): Promise<number | undefined>;
  /** The kernel's release, as `uname -r` prints it. */
  kernelRelease(): Promise<string>;
  /** The name of the network device of a PCI function, or undefined. */
  pciNetDevice(address: string): Promise<string | undefined>;
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
