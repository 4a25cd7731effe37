import type { Logger } from '@vifkit/core';
import { OpenVSwitchPath } from './connection/open-vswitch-path.js';
import { OvnPath } from './connection/ovn-path.js';
import { VswitchdProbe } from './connection/vswitchd-probe.js';
import { type HostOptions, ovnRunDirectory } from './host-options.js';
import { DaemonSource } from './inventory/daemon-source.js';
import { OvsSource } from './inventory/ovs-source.js';
import type { LinkTable } from './links/link-table.js';
import { OvsSwitch } from './openvswitch/open-vswitch.js';
import { OvsRunner, type UsersOfFunctions } from './openvswitch/ovs-runner.js';
import { Northbound } from './ovn/northbound.js';
import { OvnMigration } from './ovn/ovn-migration.js';
import { OvnReadiness } from './ovn/ovn-readiness.js';
import { Southbound } from './ovn/southbound.js';
import { SwitchWatch } from './ovn/switch-watch.js';
import { OvsdbClient } from './ovsdb/client.js';
import { DEFAULT_ENDPOINT, directoryOf, firstOf } from './ovsdb/endpoint.js';
import { OvsPortSettingsRunner } from './port-settings/ovs-port-settings-runner.js';

export interface SwitchOptions
  extends Pick<HostOptions, 'ovsdb' | 'ovsdbTls' | 'ovnSb' | 'ovnNb' | 'ovnRunDir' | 'reserve'> {
  readonly logger: Logger;
}

/** The parts of a host for Open vSwitch and OVN. Nothing is connected before it is needed. */
export function openSwitch(options: SwitchOptions, links: LinkTable, usersOf: UsersOfFunctions) {
  const { ovsdb: endpoint = DEFAULT_ENDPOINT, ovsdbTls: tls, ovnSb, ovnNb, reserve, logger } = options;
  const database = new OvsdbClient({ endpoint, tls, logger });
  const openVSwitch = new OvsSwitch(database, reserve);
  const runDirectory = ovnRunDirectory(options);
  const clients = [database];
  const clientOf = (endpoints: string | undefined) => {
    const ovn = firstOf(endpoints);
    if (ovn === undefined) return undefined;
    const client = new OvsdbClient({ endpoint: ovn, tls, logger });
    clients.push(client);
    return client;
  };
  const [sb, nb] = [clientOf(ovnSb), clientOf(ovnNb)];
  const [southbound, northbound] = [sb && new Southbound(sb), nb && new Northbound(nb)];
  const watch = new SwitchWatch(database);
  const directory = directoryOf(endpoint);
  const vswitchd = new VswitchdProbe(database, directory);
  return {
    ports: new OvsRunner(openVSwitch, links, usersOf),
    settings: new OvsPortSettingsRunner(database),
    readiness: new OvnReadiness({ watch, southbound, runDirectory }),
    migration: new OvnMigration({ watch, northbound, southbound }),
    path: new OpenVSwitchPath(
      openVSwitch.rows,
      vswitchd,
      new OvnPath({ runDirectory, southbound, northbound }),
    ),
    sources: [new OvsSource(database), ...(directory === undefined ? [] : [new DaemonSource(directory)])],
    async close() {
      vswitchd.close();
      await Promise.all(clients.map((each) => each.close()));
    },
  };
}
