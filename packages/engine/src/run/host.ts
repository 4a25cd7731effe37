import type { CoreCopy, HostFacts } from '@vifkit/core';
import type { CommandExecutor, StepRunner } from '@vifkit/core/step-kinds';
import type { ConnectionReader } from '../connection/host-state.js';
import type { HostInventory, VifRecords } from './inventory.js';
import type { PortMigration } from './port-migration.js';
import type { PortReadiness } from './port-readiness.js';

/** Orders calls that concern the same things, between processes too. */
export interface HostLocks {
  /** Waits for all keys and takes them. The release function never throws. */
  acquire(keys: readonly string[], signal: AbortSignal): Promise<() => Promise<void>>;
  /** Takes a key that nobody holds, and answers undefined for one that somebody does. Never waits for it. */
  tryAcquire(key: string): Promise<(() => Promise<void>) | undefined>;
}

/** A host that plans run on. Made by `@vifkit/host`, or by `@vifkit/testkit` in memory. */
export interface Host {
  /** The copy of `@vifkit/core` that it was made with: a driver refuses one of another contract. */
  readonly core?: CoreCopy;
  readonly facts: HostFacts;
  readonly locks: HostLocks;
  readonly runners: readonly StepRunner[];
  /** Runs programs, for the runners that vendors' packages bring; without it, there are none of those. */
  readonly commands?: CommandExecutor;
  /** Reads what is on the way from guests to their networks; without it nothing is known to be sound. */
  readonly connection?: ConnectionReader;
  /** Tells when ports carry traffic; a host need not be able to. */
  readonly readiness?: PortReadiness;
  /** Tells what there is; without it nothing is listed or watched. */
  readonly inventory?: HostInventory;
  /** Remembers how VIFs were plugged; nothing does unless given. */
  readonly records?: VifRecords;
  /** Tells the network of ports that move to another host; a host need not be able to. */
  readonly migration?: PortMigration;
  /** Ends connections and processes. Calls still under way fail. */
  close(): Promise<void>;
}
