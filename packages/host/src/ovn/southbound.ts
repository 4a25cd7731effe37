import type { OvnBinding } from '@vifkit/engine/connection';
import type { Ovsdb } from '../ovsdb/client.js';
import type { Condition } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';

/** Where OVN has a logical port, and where it is wanted. */
export interface PortBinding extends Omit<OvnBinding, 'unserved'> {
  /** The logical switch that it is on, as the id of its datapath; undefined in a database in memory. */
  readonly datapath: string | undefined;
}

const DATABASE = 'OVN_Southbound';

/** OVN's southbound database. It is only read. */
export class Southbound {
  /** @param client its owner must close it */
  constructor(private readonly client: Ovsdb) {}

  /**
   * @returns undefined if OVN has no logical port of this name
   * @throws VifError of the connection
   */
  async binding(logicalPort: string, signal: AbortSignal): Promise<PortBinding | undefined> {
    return (await this.bindings([logicalPort], signal)).get(logicalPort);
  }

  /**
   * The bindings of those of these logical ports that OVN has, by name.
   * @throws VifError of the connection
   */
  async bindings(
    logicalPorts: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PortBinding>> {
    const columns = ['chassis', 'additional_chassis', 'options', 'up', 'mac', 'port_security', 'datapath'];
    const selects = logicalPorts.map((name) => {
      const where = [['logical_port', '==', name]] as const;
      return { op: 'select', table: 'Port_Binding', where, columns } as const;
    });
    const found = await this.client.transact(DATABASE, selects, signal);
    const rows = logicalPorts.flatMap((name, i) => (found[i]?.rows ?? []).map((row) => [name, row] as const));
    const ids = rows.flatMap(([, { chassis, additional_chassis }]) => [
      ...values.readUuids(chassis),
      ...values.readUuids(additional_chassis),
    ]);
    const names = await this.#chassisNames([...new Set(ids)], signal);
    return new Map(rows.map(([name, row]) => [name, bindingOf(row, names)]));
  }

  /**
   * The physical networks that localnet ports connect logical switches to, by the switch's datapath. There are few: one
   * for each segment of a provider network.
   * @throws VifError of the connection
   */
  async localnets(signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.#portsWhere([['type', '==', 'localnet']], ['datapath', 'options'], signal);
    const networks = new Map<string, string[]>();
    for (const { datapath, options } of rows) {
      const id = values.readUuid(datapath);
      const name = values.readEntry(options, 'network_name');
      if (name !== undefined) networks.set(id, [...(networks.get(id) ?? []), name]);
    }
    return networks;
  }

  /**
   * Whether a router is connected to a logical switch.
   * @param datapath of the switch
   * @throws VifError of the connection
   */
  async isRouted(datapath: string, signal: AbortSignal): Promise<boolean> {
    const own = ['datapath', '==', values.uuid(datapath)] as const;
    const rows = await this.#portsWhere([own], ['type'], signal);
    return rows.some(({ type }) => ['patch', 'l3gateway'].includes(values.readString(type)));
  }

  async #portsWhere(where: readonly Condition[], columns: readonly string[], signal: AbortSignal) {
    const select = { op: 'select', table: 'Port_Binding', where, columns } as const;
    const [found] = await this.client.transact(DATABASE, [select], signal);
    return found?.rows ?? [];
  }

  /** Reads these rows only: a cloud has a thousand chassis, and a thousand ports may be waiting. */
  async #chassisNames(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const selects = ids.map((id) => {
      const where = [['_uuid', '==', values.uuid(id)]] as const;
      return { op: 'select', table: 'Chassis', where, columns: ['name'] } as const;
    });
    const found = await this.client.transact(DATABASE, selects, signal);
    return new Map(
      found.flatMap(({ rows = [] }, i) => {
        const [id, row] = [ids[i], rows[0]];
        return id !== undefined && row ? [[id, values.readString(row.name)] as const] : [];
      }),
    );
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

function bindingOf(row: values.Row, names: ReadonlyMap<string, string>): PortBinding {
  const namesOf = (ids: values.Value | undefined) =>
    values.readUuids(ids).flatMap((id) => names.get(id) ?? []);
  const options = values.readStrings(row.options);
  const listOf = (key: string) => (options[key] ?? '').split(',').filter((name) => name !== '');
  return {
    chassis: namesOf(row.chassis)[0],
    additional: namesOf(row.additional_chassis),
    requested: listOf('requested-chassis'),
    activated: listOf('additional-chassis-activated'),
    waitsForRarp: options['activation-strategy'] === 'rarp',
    addresses: values.readSet(row.mac).map(String),
    portSecurity: values.readSet(row.port_security).map(String),
    up: values.readSet(row.up)[0] === true,
    datapath: values.readUuids(row.datapath)[0],
  };
}
