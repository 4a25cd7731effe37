import { VifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import { bridgeFault } from '../connection/open-vswitch-path.js';
import { controllerFault } from '../connection/ovn-path.js';
import { askController } from '../ovn/controller.js';
import { ovnSetupOf } from '../ovn/switch-watch.js';
import type { Ovsdb } from '../ovsdb/client.js';
import * as values from '../ovsdb/values.js';

/** Milliseconds for the answer of ovn-controller. */
const PATIENCE = 2_000;

/** What there is of Open vSwitch. */
export interface OpenVSwitchState extends Partial<SwitchState> {
  readonly hasDpdk: boolean;
  /** Why ovs-vswitchd does not do its work, if so. */
  readonly fault?: string | undefined;
  /** Where it has its control socket, if that is on this host. */
  readonly directory?: string | undefined;
}

/** What ovs-vswitchd has made, and who else has a hand in it. */
export interface SwitchState {
  /** The datapaths that it can make bridges of; empty where it does not tell. */
  readonly datapathTypes: readonly string[];
  readonly bridges: readonly BridgeState[];
  /** Why OVN's controller does not do its work, if so. */
  readonly controllerFault?: string | undefined;
}

interface BridgeState {
  readonly name: string;
  readonly datapathType: string;
  /** Why ovs-vswitchd could not make it, if so. */
  readonly error?: string | undefined;
}

/** What ovs-vswitchd says of itself in its database. @throws VifError OVSDB_UNREACHABLE, OVSDB_PROTOCOL, OVSDB_ERROR, TIMEOUT, ABORTED */
export async function readOpenVSwitch(client: Ovsdb, signal: AbortSignal): Promise<OpenVSwitchState> {
  const table = 'Open_vSwitch';
  // All columns: Open vSwitch has `dpdk_initialized` since 2.10 only.
  const [result] = await client.transact('Open_vSwitch', [{ op: 'select', table, where: [] }], signal);
  const [row] = result?.rows ?? [];
  if (!row) throw new VifError('OVSDB_ERROR', 'Its database is empty: ovs-vswitchd has never run on it');
  const takesVhostUser = values
    .readSet(row.iface_types)
    .some((type) => String(type).startsWith('dpdkvhostuser'));
  return { hasDpdk: takesVhostUser && row.dpdk_initialized !== false };
}

/**
 * @param ovnRunDirectory where ovn-controller has its control socket
 * @throws VifError as of {@link readOpenVSwitch}
 */
export async function readSwitch(
  client: Ovsdb,
  ovnRunDirectory: string,
  signal: AbortSignal,
): Promise<SwitchState> {
  const [root, bridges, local] = await client.transact(
    'Open_vSwitch',
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
            await withDeadline(PATIENCE, signal, (soon) => askController(ovnRunDirectory, soon)),
            remote,
          ),
  };
}
