import type { OvnBindingLeg } from '@vifkit/core/connection';
import type { OvnBinding, OvnOnPath } from '@vifkit/engine/connection';
import { withDeadline } from '@vifkit/engine/time';
import { askController, type ControllerState } from '../ovn/controller.js';
import { ovnSetupOf } from '../ovn/switch-watch.js';
import { OvsdbClient } from '../ovsdb/client.js';
import * as values from '../ovsdb/values.js';

const DATABASE = 'OVN_Southbound';

/** Milliseconds for OVN's part: a database elsewhere that is down is not to hold up what is known here. */
const PATIENCE = 2_000;

export interface OvnPathOptions {
  /** Where ovn-controller has its control socket. */
  readonly runDirectory: string;
  /** OVN's southbound database, where it was said; else that which ovn-controller connects to is asked, if it is no `ssl:` one. */
  readonly southbound: OvsdbClient | undefined;
}

/** What OVN tells of ports that it is to bind. */
export class OvnPath {
  readonly #options: OvnPathOptions;

  constructor(options: OvnPathOptions) {
    this.#options = options;
  }

  /**
   * @param settings `external_ids` of the table Open_vSwitch
   * @returns undefined where OVN does not run this host
   */
  async read(
    settings: Readonly<Record<string, string>>,
    legs: readonly OvnBindingLeg[],
    signal: AbortSignal,
  ): Promise<OvnOnPath | undefined> {
    const { chassis = '', remote, bridge } = ovnSetupOf(settings);
    if (remote === undefined || !legs.some((leg) => leg.bridge === bridge)) return undefined;
    const names = legs.filter((leg) => leg.bridge === bridge).map(({ name }) => name);
    return withDeadline(PATIENCE, signal, async (patient) => {
      const [controller, found] = await Promise.all([
        askController(this.#options.runDirectory, patient),
        this.#bindings(remote, names, patient),
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
      return undefined; // what ovn-controller has noted here has to do
    } finally {
      if (!southbound) await client.close();
    }
  }
}

/** Why ovn-controller does not do its work, if so. */
export function controllerFault(state: ControllerState, remote: string): string | undefined {
  switch (state) {
    case 'absent':
      return 'ovn-controller does not run on this host';
    case 'silent':
      return 'ovn-controller does not answer: it hangs, or was stopped';
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
