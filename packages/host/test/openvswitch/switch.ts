import { execFileSync } from 'node:child_process';
import {
  type OpenVSwitch,
  type OpenVSwitchOptions,
  requireOwnNetwork,
  startOpenVSwitch,
} from '@vifkit/testkit/bed';
import { OvsSwitch } from '../../src/openvswitch/open-vswitch.js';
import { OvsdbClient } from '../../src/ovsdb/client.js';

/** An Open vSwitch with a store on it, and veth pairs that end with it. */
export interface Switch {
  readonly ovs: OpenVSwitch;
  readonly client: OvsdbClient;
  readonly store: OvsSwitch;
  /** Makes a veth pair: one end has this name. */
  veth(name: string): void;
  /** Reads one column of a row, as ovs-vsctl prints it. */
  get(table: 'Bridge' | 'Port' | 'Interface', name: string, column: string): Promise<string>;
  /** All configuration there is, without uuids and what ovs-vswitchd reports. */
  dump(): Promise<unknown>;
  stop(): Promise<void>;
}

const configuration = {
  Bridge: 'name,datapath_type,external_ids,other_config',
  Port: 'name,tag,vlan_mode,trunks,protected,external_ids,other_config',
  Interface:
    'name,type,external_ids,options,mtu_request,ingress_policing_rate,ingress_policing_burst,other_config',
  QoS: 'type,external_ids,other_config',
};

/** @param isLongLived have a store that keeps a replica of the database. */
export async function startSwitch(options: OpenVSwitchOptions = {}, isLongLived = false): Promise<Switch> {
  requireOwnNetwork();
  const ovs = await startOpenVSwitch(options);
  const client = new OvsdbClient({ endpoint: ovs.endpoint });
  const links: string[] = [];
  const list = async (table: string, columns: string) => {
    const text = await ovs.vsctl('--format=json', `--columns=${columns}`, 'list', table);
    return (JSON.parse(text) as { data: unknown[][] }).data.map((row) => JSON.stringify(row)).sort();
  };
  return {
    ovs,
    client,
    store: new OvsSwitch(client, isLongLived),
    veth(name) {
      execFileSync('ip', ['link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', `${name}-p`]);
      links.push(name);
    },
    get: async (table, name, column) => (await ovs.vsctl('get', table, name, column)).trim(),
    async dump() {
      const bridges = (await ovs.vsctl('list-br')).split('\n').filter(Boolean).sort();
      const ports = bridges.map(async (name) => [name, await ovs.vsctl('list-ports', name)]);
      const tables = Object.entries(configuration).map(([table, columns]) => list(table, columns));
      return Promise.all([...ports, ...tables]);
    },
    async stop() {
      await client.close();
      await ovs.stop();
      for (const name of links) execFileSync('ip', ['link', 'delete', 'dev', name]);
    },
  };
}
