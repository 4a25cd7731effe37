import { signalError, type VifError } from '@vifkit/core';
import { orAborted } from '../ovsdb/abort.js';
import type { OvsdbClient } from '../ovsdb/client.js';
import type { OvsChange } from './changes.js';
import { notWired, portFailed } from './errors.js';
import { DATABASE, readSnapshot } from './snapshot.js';
import { isWired } from './state.js';

// Milliseconds that the removal of a bridge is waited for: nothing of ours depends on it.
const REMOVAL_PATIENCE = 2_000;

/**
 * Waits until ovs-vswitchd has carried out a configuration, and looks what became of the changes in it.
 *
 * @returns the changes that it did not carry out, and why.
 */
export async function awaitWiring(
  client: OvsdbClient,
  changes: readonly OvsChange[],
  configuration: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<OvsChange, VifError>> {
  const failures = new Map<OvsChange, VifError>();
  const removalsOnly = changes.every((change) => change.kind === 'removeBridge');
  const needed = changes.filter((change) => change.kind !== 'removeBridge');
  try {
    if (changes.length > 0) {
      const limit = removalsOnly ? AbortSignal.any([signal, AbortSignal.timeout(REMOVAL_PATIENCE)]) : signal;
      await untilConfigured(client, configuration, limit);
    }
    if (needed.length > 0) {
      const names = needed.map((change) => change.name);
      const { ports } = await readSnapshot(client, names, signal);
      for (const change of needed) {
        const state = ports.get(change.name)?.interface;
        if (!state || !isWired(state)) failures.set(change, portFailed(change, state));
      }
    }
  } catch (error) {
    for (const change of needed) failures.set(change, notWired(change, error));
  }
  return failures;
}

/** ovs-vswitchd copies `next_cfg` to `cur_cfg` once all that was in the database by then is in operation. */
async function untilConfigured(
  client: OvsdbClient,
  configuration: number,
  signal: AbortSignal,
): Promise<void> {
  let reached = () => {};
  const done = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const monitor = await client.monitor(
    DATABASE,
    { Open_vSwitch: { columns: ['cur_cfg'] } },
    ({ Open_vSwitch = {} }) => {
      for (const { new: row } of Object.values(Open_vSwitch)) {
        if (Number(row?.cur_cfg) >= configuration) reached();
      }
    },
    signal,
  );
  try {
    await orAborted(done, signal, () => signalError(signal, 'waiting for ovs-vswitchd'));
  } finally {
    monitor.cancel();
  }
}
