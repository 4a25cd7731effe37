import type { CoreCopy, HostFacts } from '@vifkit/core';
import type { CommandExecutor, StepRunner } from '@vifkit/core/step-kinds';
import type { ConnectionReader } from '../connection/host-state.js';
import type { HostInventory, VifRecords } from './inventory.js';
import type { PortMigration } from './port-migration.js';
import type { PortReadiness } from './port-readiness.js';

/** Serializes calls that concern the same things, across processes too. */
export interface HostLocks {
  /** Waits for all keys and acquires them. The release function never throws. */
  acquire(keys: readonly string[], signal: AbortSignal): Promise<() => Promise<void>>;
  /** Acquires a key that nobody holds; resolves to undefined if somebody holds it. Never waits. */
  tryAcquire(key: string): Promise<(() => Promise<void>) | undefined>;
}

/** A host that plans run on. Made by `@vifkit/host`, or in memory by `@vifkit/testkit`. */
export interface Host {
  /** The copy of `@vifkit/core` that it was made with: a driver refuses a copy with another contract. */
  readonly core?: CoreCopy;
  readonly facts: HostFacts;
  readonly locks: HostLocks;
  readonly runners: readonly StepRunner[];
  /** Runs programs for the runners of vendors' packages; without it they cannot run any. */
  readonly commands?: CommandExecutor;
  /** Reads the paths from guests to their networks; without it nothing is known to be sound. */
  readonly connection?: ConnectionReader;
  /** Reports when ports carry traffic; optional. */
  readonly readiness?: PortReadiness;
  /** Lists what exists; without it nothing is listed or watched. */
  readonly inventory?: HostInventory;
  /** Records how VIFs were plugged; optional. */
  readonly records?: VifRecords;
  /** Notifies the network of ports that move to another host; optional. */
  readonly migration?: PortMigration;
  /**
   * Loads code that is not always needed, as in `() => import('./module.js')`, unless that could fail for want of file
   * descriptors: Node.js never repeats an import that has failed. Without it, code is imported as it is.
   * @throws VifError DESCRIPTORS_EXHAUSTED
   */
  load?<T>(code: () => Promise<T>): Promise<T>;
  /** Whether it is for a program that makes many calls: code is then loaded before it is needed. False by default. */
  readonly isLongLived?: boolean;
  /** Closes connections and ends processes. Calls still in progress fail. */
  close(): Promise<void>;
}
