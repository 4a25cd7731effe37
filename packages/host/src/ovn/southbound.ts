import type { Ovsdb } from '../ovsdb/client.js';
import * as values from '../ovsdb/values.js';

/** Where OVN has a logical port, and where it is wanted: chassis are given by name. */
export interface PortBinding {
  /** The chassis that has claimed the port; undefined while none has. */
  readonly chassis: string | undefined;
  /** Further chassis that have it, as during a live migration. */
  readonly additional: readonly string[];
  /** `options:requested-chassis` of the logical port: names or host names; the first is the main one. */
  readonly requested: readonly string[];
  /** The additional chassis where the port has sent its RARP, as an arriving guest does. */
  readonly activated: readonly string[];
  readonly up: boolean;
}

const DATABASE = 'OVN_Southbound';

/** OVN's southbound database. It is only read. */
export class Southbound {
  /** @param client its owner must close it */
  constructor(private readonly client: Ovsdb) {}

  /** @returns undefined if OVN has no logical port of this name. @throws VifError of the connection */
  async binding(logicalPort: string, signal: AbortSignal): Promise<PortBinding | undefined> {
    const [bindings, chassis] = await this.client.transact(
      DATABASE,
      [
        {
          op: 'select',
          table: 'Port_Binding',
          where: [['logical_port', '==', logicalPort]],
          columns: ['chassis', 'additional_chassis', 'options', 'up'],
        },
        { op: 'select', table: 'Chassis', where: [], columns: ['_uuid', 'name'] },
      ],
      signal,
    );
    const row = bindings?.rows?.[0];
    if (!row) return undefined;
    const names = new Map(
      (chassis?.rows ?? []).map((each) => [values.readUuid(each._uuid), values.readString(each.name)]),
    );
    const namesOf = (value: values.Value | undefined) =>
      values.readUuids(value).flatMap((id) => names.get(id) ?? []);
    const options = values.readStrings(row.options);
    const listOf = (key: string) => (options[key] ?? '').split(',').filter((name) => name !== '');
    return {
      chassis: namesOf(row.chassis)[0],
      additional: namesOf(row.additional_chassis),
      requested: listOf('requested-chassis'),
      activated: listOf('additional-chassis-activated'),
      up: values.readSet(row.up)[0] === true,
    };
  }

  /** The names by which a chassis may be requested: its own, and that of its host. */
  async namesOf(chassis: string, signal: AbortSignal): Promise<readonly string[]> {
    const [found] = await this.client.transact(
      DATABASE,
      [{ op: 'select', table: 'Chassis', where: [['name', '==', chassis]], columns: ['hostname'] }],
      signal,
    );
    return [chassis, ...(found?.rows ?? []).map(({ hostname }) => values.readString(hostname))];
  }
}
