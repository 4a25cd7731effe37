import type { VifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import type { OvsChange } from './changes.js';
import { notWired, portFailed } from './errors.js';
import type { DatabaseRows } from './rows/database-rows.js';
import { readSnapshot } from './snapshot.js';
import { isWired } from './state.js';

// Milliseconds to wait for the removal of a bridge: nothing of ours depends on it.
const REMOVAL_TIMEOUT = 2_000;

/** What ovs-vswitchd must still do for a transaction. */
export interface Unfinished {
  /** The `next_cfg` at which it is done. */
  readonly configuration: number;
  readonly awaited: readonly OvsChange[];
  /** The changes whose port must then be open. */
  readonly opened: readonly OvsChange[];
}

/**
 * Waits until ovs-vswitchd has applied transactions, and checks the resulting ports.
 *
 * @returns the changes that it did not apply, and why.
 */
export async function awaitWiring(
  rows: DatabaseRows,
  transactions: readonly Unfinished[],
  signal: AbortSignal,
): Promise<ReadonlyMap<OvsChange, VifError>> {
  const awaited = transactions.flatMap((each) => each.awaited);
  const opened = transactions.flatMap((each) => each.opened);
  const needed = awaited.filter(({ kind }) => kind !== 'removeBridge' && kind !== 'removeIdleBridge');
  const failures = new Map<OvsChange, VifError>();
  if (awaited.length === 0) return failures;
  try {
    const configuration = Math.max(...transactions.map((each) => each.configuration));
    const timeout = needed.length > 0 ? Number.POSITIVE_INFINITY : REMOVAL_TIMEOUT;
    await withDeadline(timeout, signal, (limited) => rows.untilConfigured(configuration, limited));
    if (opened.length === 0) return failures;
    const names = opened.map((change) => change.name);
    const { ports } = await readSnapshot(rows, { ports: names }, signal);
    for (const change of opened) {
      const state = ports.get(change.name)?.interface;
      if (!state || !isWired(state)) failures.set(change, portFailed(change, state));
    }
  } catch (error) {
    for (const change of needed) failures.set(change, notWired(change, error));
  }
  return failures;
}
