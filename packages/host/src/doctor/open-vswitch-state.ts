import { VifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import { bridgeFault } from '../connection/open-vswitch-path.js';
import { controllerFault } from '../connection/ovn-path.js';
import { DATABASE } from '../openvswitch/rows/queries.js';
import { askController } from '../ovn/controller.js';
import { ovnSetupOf } from '../ovn/switch-watch.js';
import type { Ovsdb } from '../ovsdb/client.js';
import * as values from '../ovsdb/values.js';

/** Milliseconds to wait for a reply of ovn-controller. */
const REPLY_TIMEOUT = 2_000;

/** The state of Open vSwitch. */
export interface OpenVSwitchState extends Partial<SwitchState> {
  readonly hasDpdk: boolean;
  /** Why ovs-vswitchd does not work; undefined if it does. */
  readonly fault?: string | undefined;
  /** The directory of its control socket, if that is on this host. */
  readonly directory?: string | undefined;
}

/** What ovs-vswitchd has made, and the state of OVN's controller. */
export interface SwitchState {
  /** The datapath types that it supports; empty if it does not report them. */
  readonly datapathTypes: readonly string[];
  readonly bridges: readonly BridgeState[];
  /** Why OVN's controller does not work; undefined if it does. */
  readonly controllerFault?: string | undefined;
}

interface BridgeState {
  readonly name: string;
  readonly datapathType: string;
  /** Why ovs-vswitchd could not make it; undefined if it could. */
  readonly error?: string | undefined;
}

/**
 * Reads what ovs-vswitchd reports about itself in its database.
 * @throws VifError OVSDB_UNREACHABLE, OVSDB_PROTOCOL, OVSDB_ERROR, TIMEOUT, ABORTED
 */
export async function readOpenVSwitch(client: Ovsdb, signal: AbortSignal): Promise<OpenVSwitchState> {
  const table = 'Open_vSwitch';
  // All columns: Open vSwitch has `dpdk_initialized` only since 2.10.
  const [result] = await client.transact(DATABASE, [{ op: 'select', table, where: [] }], signal);
  const [row] = result?.rows ?? [];
  if (!row)
    throw new VifError('OVSDB_ERROR', 'Its database is empty: ovs-vswitchd has never run on it; start it');
  const takesVhostUser = values
    .readSet(row.iface_types)
    .some((type) => String(type).startsWith('dpdkvhostuser'));
  return { hasDpdk: takesVhostUser && row.dpdk_initialized !== false };
}

/**
 * @param ovnRunDirectory the directory of ovn-controller's control socket
 * @throws VifError as {@link readOpenVSwitch}
 */
export async function readSwitchState(
  client: Ovsdb,
  ovnRunDirectory: string,
  signal: AbortSignal,
): Promise<SwitchState> {
  const [root, bridges, local] = await client.transact(
    DATABASE,
    [
      { op: 'select', table: 'Open_vSwitch', where: [] },
      { op: 'select', table: 'Bridge', where: [], columns: ['name', 'datapath_type'] },
      {
        ...{ op: 'select', table: 'Interface', where: [['type', '==', 'internal']] },
        columns: ['name', 'ofport', 'error'],
      },
    ],
    signal,
  );
  const [row] = root?.rows ?? [];
  const localOf = (name: string) => local?.rows?.find((each) => values.readString(each.name) === name);
  const { remote } = ovnSetupOf(values.readStrings(row?.external_ids));
  return {
    datapathTypes: values.readSet(row?.datapath_types).map(String),
    bridges: (bridges?.rows ?? []).map((bridge) => {
      const name = values.readString(bridge.name);
      const error = bridgeFault(localOf(name));
      return { name, datapathType: values.readString(bridge.datapath_type) || 'system', error };
    }),
    controllerFault:
      remote === undefined
        ? undefined
        : controllerFault(
            await withDeadline(REPLY_TIMEOUT, signal, (soon) => askController(ovnRunDirectory, soon)),
            remote,
          ),
  };
}
