import type { OvnBindingLeg } from '@vifkit/core/connection';
import type { OvnBinding, OvnOnPath } from '@vifkit/engine/connection';
import { withDeadline } from '@vifkit/engine/time';
import { askController, type ControllerState } from '../ovn/controller.js';
import { ovnSetupOf } from '../ovn/switch-watch.js';
import { OvsdbClient } from '../ovsdb/client.js';
import * as values from '../ovsdb/values.js';

const DATABASE = 'OVN_Southbound';

/** Milliseconds for OVN's part: a remote database that is down must not delay what is known locally. */
const REPLY_TIMEOUT = 2_000;

export interface OvnPathOptions {
  /** The directory of ovn-controller's control socket. */
  readonly runDirectory: string;
  /**
   * OVN's southbound database, if configured. Otherwise the database that ovn-controller connects to is used, unless
   * that is an `ssl:` one.
   */
  readonly southbound: OvsdbClient | undefined;
}

/** Reads what OVN knows about ports that it should bind. */
export class OvnPath {
  readonly #options: OvnPathOptions;

  constructor(options: OvnPathOptions) {
    this.#options = options;
  }

  /**
   * @param settings `external_ids` of the table Open_vSwitch
   * @returns undefined if OVN does not manage this host
   */
  async read(
    settings: Readonly<Record<string, string>>,
    legs: readonly OvnBindingLeg[],
    signal: AbortSignal,
  ): Promise<OvnOnPath | undefined> {
    const { chassis = '', remote, bridge } = ovnSetupOf(settings);
    if (remote === undefined || !legs.some((leg) => leg.bridge === bridge)) return undefined;
    const names = legs.filter((leg) => leg.bridge === bridge).map(({ name }) => name);
    return withDeadline(REPLY_TIMEOUT, signal, async (limited) => {
      const [controller, found] = await Promise.all([
        askController(this.#options.runDirectory, limited),
        this.#bindings(remote, names, limited),
      ]);
      const ownNames = [chassis, ...(found?.hostNames.get(chassis) ?? [])];
      return {
        bridge,
        chassis,
        ownNames,
        controller: controllerFault(controller, remote),
        bindings: found?.bindings,
      };
    });
  }

  async #bindings(remote: string, names: readonly string[], signal: AbortSignal) {
    const { southbound } = this.#options;
    const [first = ''] = remote.split(',');
    if (!southbound && first.startsWith('ssl:')) return undefined;
    const client = southbound ?? new OvsdbClient({ endpoint: first });
    try {
      return await readBindings(client, [...new Set(names)], signal);
    } catch {
      return undefined; // rely on what ovn-controller has noted locally
    } finally {
      if (!southbound) await client.close();
    }
  }
}

/** Why ovn-controller does not work; undefined if it does. */
export function controllerFault(state: ControllerState, remote: string): string | undefined {
  switch (state) {
    case 'absent':
      return 'ovn-controller does not run on this host';
    case 'silent':
      return 'ovn-controller does not reply: it hangs, or is stopped';
    case 'not connected':
      return `ovn-controller is not connected to OVN's southbound database at ${remote}`;
    default:
      return undefined;
  }
}

async function readBindings(client: OvsdbClient, names: readonly string[], signal: AbortSignal) {
  const columns = ['logical_port', 'chassis', 'additional_chassis', 'options', 'up'];
  const [chassis, ...found] = await client.transact(
    DATABASE,
    [
      { op: 'select', table: 'Chassis', where: [], columns: ['_uuid', 'name', 'hostname'] },
      ...names.map((name) => ({
        op: 'select' as const,
        table: 'Port_Binding',
        where: [['logical_port', '==', name] as const],
        columns,
      })),
    ],
    signal,
  );
  const rows = chassis?.rows ?? [];
  const nameOf = new Map(rows.map((row) => [values.readUuid(row._uuid), values.readString(row.name)]));
  const namesOf = (value: values.Value | undefined) =>
    values.readUuids(value).flatMap((id) => nameOf.get(id) ?? []);
  const bindings = new Map<string, OvnBinding>();
  for (const row of found.flatMap((each) => each.rows ?? [])) {
    const requested = values.readStrings(row.options)['requested-chassis'] ?? '';
    bindings.set(values.readString(row.logical_port), {
      chassis: namesOf(row.chassis)[0],
      additional: namesOf(row.additional_chassis),
      requested: requested.split(',').filter(Boolean),
      up: values.readSet(row.up)[0] === true,
    });
  }
  const hostNames = new Map(
    rows.map((row) => [values.readString(row.name), [values.readString(row.hostname)]]),
  );
  return { bindings, hostNames };
}
