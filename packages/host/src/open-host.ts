import { type Host, type Logger, silentLogger } from '@vifkit/core';
import { CommandRunner } from './commands/command-runner.js';
import { ExecCommands } from './commands/exec-commands.js';
import { hostFacts } from './facts.js';
import { IpLinkTable } from './links/ip/ip-link-table.js';
import { LinkRunner } from './links/link-runner.js';
import { SocketLocks } from './locks/socket-locks.js';
import { DatabaseOvsStore } from './openvswitch/database-store.js';
import { OvsRunner } from './openvswitch/ovs-runner.js';
import { OvsdbClient } from './ovsdb/client.js';
import type { OvsdbTlsOptions } from './ovsdb/tls.js';
import { IpVfTable } from './sysfs/ip-vf-table.js';
import { VfRunner } from './sysfs/vf-runner.js';

export interface HostOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; `unix:/var/run/openvswitch/db.sock` unless given. */
  readonly ovsdb?: string | undefined;
  /** For an `ssl:` endpoint. */
  readonly ovsdbTls?: OvsdbTlsOptions | undefined;
  /** Where sysfs is mounted, by a process of this network namespace; /sys unless given. */
  readonly sysfsRoot?: string | undefined;
  /** Put in front of `ip`, `tee` and vendors' tools, as in `['sudo', '-n']`; not needed by root. */
  readonly rootHelper?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * The Linux host that this process runs on: its links are those of the process's network namespace. Nothing is
 * started or connected before it is needed.
 *
 * @throws VifError INVALID_OPTIONS for a malformed endpoint
 */
export function openHost(options: HostOptions = {}): Host {
  const { ovsdb, ovsdbTls, sysfsRoot = '/sys', rootHelper = [], logger = silentLogger } = options;
  const links = new IpLinkTable(rootHelper);
  const database = new OvsdbClient({ endpoint: ovsdb, tls: ovsdbTls, logger });
  return {
    facts: hostFacts(links, sysfsRoot),
    locks: new SocketLocks(),
    runners: [
      new LinkRunner(links),
      new OvsRunner(new DatabaseOvsStore(database)),
      new VfRunner(new IpVfTable(sysfsRoot, rootHelper)),
      new CommandRunner(new ExecCommands(rootHelper)),
    ],
    async close() {
      await Promise.all([links.close(), database.close()]);
    },
  };
}
