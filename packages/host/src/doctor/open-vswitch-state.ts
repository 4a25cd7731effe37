import { VifError } from '@vifkit/core';
import type { Ovsdb } from '../ovsdb/client.js';
import { readSet } from '../ovsdb/values.js';

/** What ovs-vswitchd says of itself in its database. */
export interface OpenVSwitchState {
  readonly hasDpdk: boolean;
  /** Why ovs-vswitchd does not do its work, if so. */
  readonly fault?: string | undefined;
}

/** @throws VifError OVSDB_UNREACHABLE, OVSDB_PROTOCOL, OVSDB_ERROR, TIMEOUT, ABORTED */
export async function readOpenVSwitch(client: Ovsdb, signal: AbortSignal): Promise<OpenVSwitchState> {
  const table = 'Open_vSwitch';
  // All columns: Open vSwitch has `dpdk_initialized` since 2.10 only.
  const [result] = await client.transact('Open_vSwitch', [{ op: 'select', table, where: [] }], signal);
  const [row] = result?.rows ?? [];
  if (!row) throw new VifError('OVSDB_ERROR', 'Its database is empty: ovs-vswitchd has never run on it');
  const takesVhostUser = readSet(row.iface_types).some((type) => String(type).startsWith('dpdkvhostuser'));
  return { hasDpdk: takesVhostUser && row.dpdk_initialized !== false };
}
