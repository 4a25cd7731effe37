import { existsSync } from 'node:fs';
import { silentLogger, thisCore, VifError } from '@vifkit/core';
import type { Host } from '@vifkit/engine';
import type { Held } from '@vifkit/engine/connection';
import { loadCode } from './commands/descriptors.js';
import { loadExeca } from './commands/run-program.js';
import { HostConnection } from './connection/host-connection.js';
import { hostFacts, sriovFactsCode } from './facts.js';
import { type HostOptions, readHostOptions } from './host-options.js';
import { userId } from './kernel/user-id.js';
import { addressCode, IpLinkTable } from './links/ip/ip-link-table.js';
import { LinkRunner } from './links/link-runner.js';
import { sharingReads } from './links/shared-reads.js';
import { SharedLocks } from './locks/shared-locks.js';
import { type NetworkNamespace, openNamespace, SYSFS } from './namespace/network-namespace.js';
import { OnDemand, runnerOnDemand } from './on-demand.js';
import { checkEndpoints, type OvsdbEndpoint } from './ovsdb/endpoint.js';
import { FileVifRecords } from './records/vif-records.js';
import { defaultStateDirectory } from './state/state-directory.js';

/**
 * The Linux host that this process runs on: its links are those of the process's network namespace, or of
 * `networkNamespace`. Nothing is started or connected before it is needed, except for a program that checks whether
 * that namespace may be entered.
 *
 * @throws VifError INVALID_OPTIONS for a malformed endpoint, an `ssl:` endpoint without a CA, a helper that is not a
 *   command, a `tapOwner` who is not a user of this host, or a `networkNamespace` that is not one or may not be entered
 * @throws VifError COMMAND_NOT_FOUND if a `networkNamespace` is given and `nsenter` of util-linux is missing
 */
export function openHost(options?: HostOptions): Host {
  const given = readHostOptions(options, 'openHost');
  const { sysfsRoot = SYSFS, stateDir = defaultStateDirectory(), reserve = false, tapOwner } = given;
  const database = checkEndpoints(given);
  const network = openNamespace(given.networkNamespace, sysfsRoot);
  const parts = partsOf({ ...given, sysfsRoot, stateDir }, network);
  const { links, openVSwitch, sriov, inventory, tools } = parts;
  const locks = new SharedLocks(stateDir, network.number);
  const closing = new AbortController();
  if (reserve) loadAhead(parts);
  return {
    core: thisCore,
    facts: hostFacts(
      links,
      sysfsRoot,
      { read: async (addresses) => (await sriov.get()).journal.read(addresses) },
      network.files,
      closing.signal,
    ),
    locks,
    load: loadCode,
    isLongLived: reserve,
    records: new FileVifRecords(stateDir),
    inventory: {
      read: async (signal) => (await inventory.get()).read(signal),
      watch: async (changed, signal) => (await inventory.get()).watch(changed, signal),
    },
    commands: { run: async (argv, signal) => (await tools.get()).commands.run(argv, signal) },
    runners: [new LinkRunner(links, ownerOf(tapOwner)), ...runnersOf(parts, database)],
    readiness: {
      look: async (port, signal) => (await openVSwitch.get()).readiness.look(port, signal),
      untilReady: async (port, signal) => (await openVSwitch.get()).readiness.untilReady(port, signal),
    },
    connection: connectionOf(parts, network),
    migration: {
      change: async (...asked) => (await openVSwitch.get()).migration.change(...asked),
      claimsAtOnce: async (...asked) => (await openVSwitch.get()).migration.claimsAtOnce(...asked),
      isElsewhere: async (...asked) => (await openVSwitch.get()).migration.isElsewhere(...asked),
    },
    async close() {
      closing.abort();
      await Promise.all([links.close(), locks.close(), openVSwitch.close((each) => each.close())]);
    },
  };
}

type PartsOptions = HostOptions & { readonly sysfsRoot: string; readonly stateDir: string };

/** The parts of the host. The code of all but the links is loaded when it is first needed. */
function partsOf(options: PartsOptions, network: NetworkNamespace) {
  const { programs, files } = network;
  const { sysfsRoot, stateDir, rootHelper = [], toolHelper = rootHelper } = options;
  const { reserve, logger = silentLogger } = options;
  const links = sharingReads(new IpLinkTable({ rootHelper, isReserved: reserve, programs, files }));
  const holders = async (held: Held) => {
    const { findHolders } = await loadCode(holderCode);
    return findHolders(held, { sysfsRoot, network: network.number?.() });
  };
  const openVSwitch = new OnDemand(
    () => import('./open-switch.js'),
    ({ openSwitch }) =>
      openSwitch({ ...options, logger }, links, (functions) => holders({ taps: [], functions })),
  );
  const sriov = new OnDemand(
    () => import('./open-sriov.js'),
    ({ openSriov }) => openSriov(sysfsRoot, rootHelper, stateDir, network),
  );
  const filters = new OnDemand(
    () => import('./port-security/filter-runner.js'),
    ({ openFilters }) => openFilters(rootHelper, programs),
  );
  const members = new OnDemand(
    () => import('./connection/bridge-members.js'),
    ({ BridgeMembers }) => new BridgeMembers(programs),
  );
  const tools = new OnDemand(
    () => import('./commands/command-runner.js'),
    ({ openTools }) => openTools(toolHelper, programs),
  );
  const bridgePorts = new OnDemand(
    () => import('./port-settings/bridge-port-runner.js'),
    ({ BridgePortRunner }) => new BridgePortRunner(rootHelper, programs),
  );
  const inventory = new OnDemand(
    () => import('./open-inventory.js'),
    async ({ openInventory }) => {
      const [{ sources }, { table: functions, journal }, { table }] = await Promise.all([
        openVSwitch.get(),
        sriov.get(),
        filters.get(),
      ]);
      const parts = { links, functions, journal, openVSwitch: sources, filters: table };
      return openInventory({ ...parts, rootHelper, programs });
    },
  );
  return { links, holders, openVSwitch, sriov, filters, members, tools, bridgePorts, inventory };
}

type HostParts = ReturnType<typeof partsOf>;

/** Loads all code of the host. What cannot be loaded now is loaded when it is needed. */
function loadAhead({ links: _, holders: __, ...parts }: HostParts): void {
  const others = [socketCode, holderCode, addressCode, sriovFactsCode].map(loadCode<unknown>);
  void Promise.allSettled([loadExeca(), ...Object.values(parts).map((each) => each.loadAhead()), ...others]);
}

/** The runners of all steps but those of links. */
function runnersOf({ openVSwitch, sriov, filters, tools, bridgePorts }: HostParts, database: OvsdbEndpoint) {
  return [
    runnerOnDemand(
      ['ovsBridge', 'ovsBridgeAbsent', 'ovsPort', 'ovsPortAbsent', 'ovsVifPortsAbsent'],
      async () => (await openVSwitch.get()).ports,
      { marks: true, mayHaveStrays: () => openVSwitch.isMade || mayListen(database) },
    ),
    runnerOnDemand(['vf'], async () => (await sriov.get()).runner, { marks: true }),
    runnerOnDemand(['guestFilter', 'guestFilterAbsent'], async () => (await filters.get()).runner, {
      marks: true,
    }),
    runnerOnDemand(['command'], async () => (await tools.get()).runner, { oneByOne: true }),
    runnerOnDemand(['ovsPortSettings'], async () => (await openVSwitch.get()).settings),
    runnerOnDemand(['bridgePort'], () => bridgePorts.get()),
  ];
}

function connectionOf(
  { links, holders, openVSwitch, sriov, filters, members }: HostParts,
  { files }: NetworkNamespace,
): HostConnection {
  return new HostConnection({
    links,
    openVSwitch: {
      read: async (...asked) => (await openVSwitch.get()).path.read(...asked),
      readAhead: (...asked) => {
        // What cannot be loaded now is loaded, or reported, by the reading itself.
        void openVSwitch.get().then(
          ({ path }) => path.readAhead(...asked),
          () => {},
        );
      },
    },
    bridges: {
      read: async (...asked) => (await members.get()).read(...asked),
      vlans: async (signal) => (await members.get()).vlans(signal),
      entries: async (...asked) => (await members.get()).entries(...asked),
    },
    filters: { read: async (signal) => (await filters.get()).table.read(signal) },
    functions: async (addresses, signal) => (await sriov.get()).read(addresses, signal),
    sockets: async (paths) => (await loadCode(socketCode)).socketStates(paths, files),
    holders,
  });
}

const socketCode = () => import('./connection/unix-sockets.js');
const holderCode = () => import('./connection/holders.js');

/** Whether something may be listening: nothing is if the Unix socket does not exist. */
function mayListen(endpoint: OvsdbEndpoint): boolean {
  return endpoint.kind !== 'unix' || existsSync(endpoint.path);
}

function ownerOf(user: string | number = 0): number {
  const id = userId(user);
  // -1 means no user to the kernel.
  if (Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1) return id;
  throw new VifError(
    'INVALID_OPTIONS',
    `Taps cannot be owned by '${user}': there is no such user on this host. Correct tapOwner (--tap-owner)`,
  );
}
