import type { Outcome } from '@vifkit/engine/former';
import type { OvsChange } from './changes.js';
import type { OvsMarked, OvsQuery, OvsState } from './state.js';

/** The bridges and ports of an Open vSwitch: its database and ovs-vswitchd, or a stand-in for them. */
export interface OvsStore {
  /**
   * Reads the named bridges and ports, and those of VIFs.
   *
   * @throws VifError when the database cannot be read.
   */
  read(query: OvsQuery, signal: AbortSignal): Promise<OvsState>;

  /**
   * What carries our mark.
   *
   * @param vifIds only that of these VIFs; all unless given
   * @throws VifError when the database cannot be read.
   */
  readMarked(signal: AbortSignal, vifIds?: readonly string[]): Promise<OvsMarked>;

  /**
   * Makes changes, in their order. Never rejects: there is one outcome for each change, in the same order.
   *
   * The changes of an owner are made together or not at all: if one is refused, it is the outcome of all of
   * them, and those of the other owners are made none the less. Then, where a change asks for it, waits
   * until ovs-vswitchd has carried it out. A failure to do that is the outcome of the change alone, which
   * stays in the database.
   *
   * Outcomes are: `OVS_BRIDGE_NOT_FOUND` for a port whose bridge does not exist, `OVS_PORT_NOT_OURS` for one
   * that would replace a bond, `OVSDB_ERROR` for what the database refuses, `OVS_NOT_WIRED` when the
   * deadline passes before ovs-vswitchd has carried a change out, `OVS_PORT_FAILED` when it could not open a
   * port or a bridge's local port, and errors of the connection.
   */
  commit(changes: readonly OvsChange[], signal: AbortSignal): Promise<readonly Outcome[]>;
}
