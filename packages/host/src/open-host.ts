import { dirname } from 'node:path';
import { type Logger, silentLogger, thisCore, VifError } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';
import type { Host } from '@vifkit/engine';
import { checkHelper } from './commands/check-helper.js';
import { CommandRunner } from './commands/command-runner.js';
import { ExecCommands } from './commands/exec-commands.js';
import { findHolders } from './connection/holders.js';
import { HostConnection } from './connection/host-connection.js';
import { OpenVSwitchPath } from './connection/open-vswitch-path.js';
import { OvnPath } from './connection/ovn-path.js';
import { readFunctions } from './connection/pci-functions.js';
import { socketStates } from './connection/unix-sockets.js';
import { directoryOf, VswitchdProbe } from './connection/vswitchd-probe.js';
import { hostFacts } from './facts.js';
import { DaemonSource } from './inventory/daemon-source.js';
import { FilterSource } from './inventory/filter-source.js';
import { KernelSource } from './inventory/kernel-source.js';
import { OvsSource } from './inventory/ovs-source.js';
import { SourcesInventory } from './inventory/sources-inventory.js';
import { FileVfJournal } from './journal/file-vf-journal.js';
import { userId } from './kernel/user-id.js';
import { IpLinkTable } from './links/ip/ip-link-table.js';
import { LinkRunner } from './links/link-runner.js';
import { sharingReads } from './links/shared-reads.js';
import { SharedLocks } from './locks/shared-locks.js';
import { OpenVswitch } from './openvswitch/open-vswitch.js';
import { OvsRunner } from './openvswitch/ovs-runner.js';
import { Northbound } from './ovn/northbound.js';
import { OvnMigration } from './ovn/ovn-migration.js';
import { OvnReadiness } from './ovn/ovn-readiness.js';
import { Southbound } from './ovn/southbound.js';
import { SwitchWatch } from './ovn/switch-watch.js';
import { DEFAULT_ENDPOINT, OvsdbClient } from './ovsdb/client.js';
import { parseEndpoint } from './ovsdb/endpoint.js';
import type { OvsdbTlsOptions } from './ovsdb/tls.js';
import { FilterRunner } from './port-security/filter-runner.js';
import { NftFilterTable } from './port-security/nft-filter-table.js';
import { BridgePorts } from './port-settings/bridge-ports.js';
import { OvsPortSettings } from './port-settings/ovs-port-settings.js';
import { FileVifRecords } from './records/file-vif-records.js';
import { IpVfTable } from './sriov/ip-vf-table.js';
import { VfRunner } from './sriov/vf-runner.js';
import { defaultStateDirectory } from './state/default-state-directory.js';

export interface HostOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; `unix:/var/run/openvswitch/db.sock` unless given. */
  readonly ovsdb?: string | undefined;
  /** For an `ssl:` endpoint, which needs `ca` at least. */
  readonly ovsdbTls?: OvsdbTlsOptions | undefined;
  /**
   * OVN's southbound database, which is read only: endpoints as of `ovsdb`, separated by commas; the first is used. It is
   * asked why a port is not ready, and where it is bound. Without it, this host's own database tells what it can.
   */
  readonly ovnSb?: string | undefined;
  /**
   * OVN's northbound database, as of `ovnSb`: a live migration is told there, see docs/migration.md. For hosts whose ports
   * nobody else places, such as Neutron.
   */
  readonly ovnNb?: string | undefined;
  /** Where ovn-controller has its control socket; `OVN_RUNDIR`, or /var/run/ovn, unless given. */
  readonly ovnRunDir?: string | undefined;
  /** Where sysfs is mounted, by a process of this network namespace; /sys unless given. */
  readonly sysfsRoot?: string | undefined;
  /**
   * Put in front of `ip`, `nft`, `tee`, `ethtool` and vendors' tools: a command that gives what follows it CAP_NET_ADMIN. None is
   * needed by root, or with that capability as an ambient one.
   */
  readonly rootHelper?: readonly string[] | undefined;
  /** Put in front of vendors' tools in its place, where they need more; the root helper unless given. */
  readonly toolHelper?: readonly string[] | undefined;
  /**
   * Where the locks are between processes, and where is kept what the kernel forgets: what virtual functions had before
   * they were given to VIFs. All who change this network namespace have to use the same. It is made, for this user
   * alone, when it is first needed, and one that another user could change is refused. It should not outlive a reboot.
   * /run/vifkit unless given; in a user namespace whose root cannot make that, a directory among the temporary files.
   */
  readonly stateDir?: string | undefined;
  /**
   * The user, by name or id, who may open the taps that plugs make, without rights over the network: QEMU's, where
   * nobody opens them for it. libvirt's system daemon does, as root. Root unless given, so that no other user can.
   */
  readonly tapOwner?: string | number | undefined;
  /**
   * Keep a few processes of `ip` waiting between calls, so that a call need not start them, and a copy of what is
   * read of Open vSwitch's database, so that a call need not ask for it. They end with the host, and with this
   * process. For programs that make more than a call or two; false unless given.
   */
  readonly reserve?: boolean | undefined;
  readonly logger?: Logger | undefined;
}

const rules: OptionRules<HostOptions> = {
  ovsdb: optionRules.text,
  ovsdbTls: optionRules.object,
  ovnSb: optionRules.text,
  ovnNb: optionRules.text,
  ovnRunDir: optionRules.path,
  sysfsRoot: optionRules.text,
  rootHelper: optionRules.words,
  toolHelper: optionRules.words,
  stateDir: optionRules.path,
  tapOwner: { accepts: isUser, says: 'the name or the id of a user' },
  reserve: optionRules.flag,
  logger: optionRules.logger,
};

/** @throws VifError INVALID_OPTIONS */
export function readHostOptions(options: HostOptions | undefined, owner: string): HostOptions {
  const given = readOptions(options, owner, rules);
  checkHelper(given.rootHelper ?? [], 'root helper');
  checkHelper(given.toolHelper ?? [], 'tool helper');
  return given;
}

/**
 * The Linux host that this process runs on: its links are those of the process's network namespace. Nothing is
 * started or connected before it is needed.
 *
 * @throws VifError INVALID_OPTIONS for a malformed endpoint, an `ssl:` one without a CA, a helper that is no command, or a `tapOwner` who is not a
 *   user of this host
 */
export function openHost(options?: HostOptions): Host {
  const given = readHostOptions(options, 'openHost');
  const { ovsdb, ovsdbTls, sysfsRoot = '/sys', rootHelper = [], logger = silentLogger } = given;
  const { toolHelper = rootHelper, reserve, tapOwner } = given;
  const links = sharingReads(new IpLinkTable({ rootHelper, isReserved: reserve }));
  const stateDir = given.stateDir ?? defaultStateDirectory();
  const journal = new FileVfJournal(stateDir);
  const locks = new SharedLocks(stateDir);
  const database = new OvsdbClient({ endpoint: ovsdb, tls: ovsdbTls, logger });
  const functions = new IpVfTable(sysfsRoot, rootHelper);
  const filters = new NftFilterTable(rootHelper);
  const commands = new ExecCommands(toolHelper);
  const openVSwitch = new OpenVswitch(database, reserve);
  const ovnRunDir = given.ovnRunDir ?? process.env.OVN_RUNDIR ?? '/var/run/ovn';
  const clients = [database];
  const clientOf = (endpoints: string | undefined) => {
    const [endpoint] = endpoints?.split(',') ?? [];
    if (!endpoint) return undefined;
    const client = new OvsdbClient({ endpoint, tls: ovsdbTls, logger });
    clients.push(client);
    return client;
  };
  const [sb, nb] = [clientOf(given.ovnSb), clientOf(given.ovnNb)];
  const [southbound, northbound] = [sb && new Southbound(sb), nb && new Northbound(nb)];
  const watch = new SwitchWatch(database);
  return {
    core: thisCore,
    facts: hostFacts(links, sysfsRoot, journal),
    locks,
    records: new FileVifRecords(stateDir),
    inventory: new SourcesInventory([
      new KernelSource(links, functions, journal),
      new OvsSource(database),
      ...daemonSources(ovsdb),
      new FilterSource(filters, rootHelper),
    ]),
    commands,
    runners: [
      new LinkRunner(links, ownerOf(tapOwner)),
      new OvsRunner(openVSwitch, links),
      new VfRunner(functions, journal),
      new FilterRunner(filters),
      new CommandRunner(commands),
      new OvsPortSettings(database),
      new BridgePorts(rootHelper),
    ],
    readiness: new OvnReadiness({
      watch,
      southbound,
      runDirectory: ovnRunDir,
    }),
    connection: new HostConnection({
      links,
      openVSwitch: new OpenVSwitchPath(
        openVSwitch.rows,
        new VswitchdProbe(database, directoryOf(ovsdb ?? DEFAULT_ENDPOINT)),
        new OvnPath({ runDirectory: ovnRunDir, southbound: sb }),
      ),
      filters,
      functions: (addresses, signal) => readFunctions(addresses, sysfsRoot, functions, signal),
      sockets: socketStates,
      holders: (held) => findHolders(held, { sysfsRoot }),
    }),
    migration: new OvnMigration({ watch, northbound, southbound }),
    async close() {
      await Promise.all([links.close(), locks.close(), ...clients.map((each) => each.close())]);
    },
  };
}

/** Of a server on another host, nothing shows whether it runs. */
function daemonSources(ovsdb: string = DEFAULT_ENDPOINT): DaemonSource[] {
  const endpoint = parseEndpoint(ovsdb);
  return endpoint.kind === 'unix' ? [new DaemonSource(dirname(endpoint.path))] : [];
}

function ownerOf(user: string | number = 0): number {
  const id = userId(user);
  // -1 is the kernel's word for nobody.
  if (Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1) return id;
  throw new VifError(
    'INVALID_OPTIONS',
    `Taps cannot be owned by '${user}': there is no such user on this host`,
  );
}

function isUser(value: unknown): boolean {
  return typeof value === 'number' || optionRules.text.accepts(value);
}
