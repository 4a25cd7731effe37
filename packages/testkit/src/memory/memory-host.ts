import { thisCore, VifError } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';
import type { Host } from '@vifkit/engine';
import {
  BridgePortRunner,
  CommandRunner,
  ExecCommands,
  FileVfJournal,
  FileVifRecords,
  FilterRunner,
  FilterSource,
  type GuestFilter,
  hostFacts,
  IpVfTable,
  KernelSource,
  LinkRunner,
  NftFilterTable,
  OvnReadiness,
  type OvsBridge,
  type OvsPort,
  OvsPortSettingsRunner,
  OvsRunner,
  OvsSource,
  OvsSwitch,
  SharedLocks,
  SourcesInventory,
  Southbound,
  SwitchWatch,
  type VfRecord,
  VfRunner,
  type VfState,
} from '@vifkit/host/parts';
import { Kernel } from './kernel/kernel.js';
import type { LinkSpec } from './kernel/kernel-link.js';
import { MemoryFiles } from './kernel/memory-files.js';
import { type MemoryLinkState, MemoryLinks } from './kernel/memory-links.js';
import { MemoryPci, type PciFunctions } from './kernel/memory-pci.js';
import { MemoryPrograms } from './kernel/memory-programs.js';
import { type Point, Points, type Which } from './kernel/points.js';
import { type Ending, MemoryCommands } from './memory-commands.js';
import { memoryConnection } from './memory-connection.js';
import { MemoryLocks } from './memory-locks.js';
import { MemoryVfJournal } from './memory-vf-journal.js';
import { MemoryVifRecords } from './memory-vif-records.js';
import { memorySouthbound, type OvnSpec } from './ovs/memory-ovn.js';
import { MemoryOvs, type OvsBridgeSpec } from './ovs/memory-ovs.js';
import type { MemoryOvsdb } from './ovs/memory-ovsdb.js';

/** The initial state of the host: bare unless given. */
export interface MemoryHostOptions {
  /** Existing links; for a veth pair, either end. */
  readonly links?: readonly LinkSpec[];
  /** Existing Open vSwitch bridges. */
  readonly ovsBridges?: readonly (string | OvsBridgeSpec)[];
  /** OVN manages the Open vSwitch. Its daemons do not exist: a test writes to the databases what they would write. */
  readonly ovn?: OvnSpec;
  /** Existing PCI functions. Their network devices are links, whether listed in `links` or not. */
  readonly pci?: PciFunctions;
  /** The settings of virtual functions, by PCI address; no MAC address, VLAN and trust unless given. */
  readonly vfs?: Readonly<Record<string, Partial<VfState>>>;
  /** The records of virtual functions, as left by a killed process: from another host's `snapshot()`. */
  readonly vfJournal?: Readonly<Record<string, VfRecord>>;
  /** How vendors' tools end, by program; successfully unless given. */
  readonly commands?: Readonly<Record<string, Ending>>;
  /** As `uname -r` prints it; 6.1.0 unless given. */
  readonly kernelRelease?: string;
  /** The user id of the owner of taps that plugs make; root's unless given. */
  readonly tapOwner?: number;
  /**
   * The directory of locks and of the records of VIFs and virtual functions, as on a real host. Unless given, they are
   * in memory, and only for this host.
   */
  readonly stateDir?: string;
}

/** Everything that can be changed on an in-memory host. */
export interface HostSnapshot {
  readonly links: Readonly<Record<string, MemoryLinkState>>;
  readonly filters: Readonly<Record<string, GuestFilter>>;
  readonly ovs: {
    readonly bridges: Readonly<Record<string, OvsBridge>>;
    readonly ports: Readonly<Record<string, OvsPort>>;
  };
  readonly vfs: Readonly<Record<string, VfState>>;
  /** Empty if it is stored in a `stateDir`. */
  readonly vfJournal: Readonly<Record<string, VfRecord>>;
}

/** An in-memory host: the runners of `@vifkit/host` with emulated links, Open vSwitch and programs. */
export interface MemoryHost extends Host {
  readonly links: MemoryLinks;
  readonly ovs: MemoryOvs;
  /** OVN's southbound database, if OVN manages the Open vSwitch. */
  readonly southbound: MemoryOvsdb | undefined;
  readonly commands: MemoryCommands;
  readonly filters: { snapshot(): HostSnapshot['filters'] };
  /** What was written so far, in order, including failed writes. */
  readonly writes: readonly Point[];
  /** Every place so far at which a call could have been made to fail: the writes, and waits for Open vSwitch. */
  readonly points: readonly Point[];
  snapshot(): HostSnapshot;
  /** Makes a future point fail; with LINK_COMMAND_FAILED unless another error is given. */
  failAt(which: Which, error?: VifError): void;
  /** Makes a future point hang until its call's signal fires; `reached` is called when it hangs. */
  hangAt(which: Which, reached?: () => void): void;
  /**
   * Call this before doing anything outside the host's own steps, as in a vendor's code, which can then be made to fail
   * or hang there too.
   * @returns the error to fail with, if it should fail
   * @throws VifError TIMEOUT, ABORTED when the signal fires, if it should hang
   */
  reach(point: Point, signal: AbortSignal): Promise<VifError | undefined>;
  /** Cancels all {@link failAt} and {@link hangAt}. */
  heal(): void;
}

const rules: OptionRules<MemoryHostOptions> = {
  links: { accepts: isListOf(isNamed), says: 'a list of links, each with a name' },
  ovsBridges: {
    accepts: isListOf((each) => optionRules.path.accepts(each) || isNamed(each)),
    says: 'a list of names of bridges, or of bridges with a name',
  },
  ovn: optionRules.object,
  pci: optionRules.object,
  vfs: optionRules.object,
  vfJournal: optionRules.object,
  commands: {
    accepts: (value) => optionRules.object.accepts(value) && Object.values(Object(value)).every(isEnding),
    says: "an object that has for each program 'missing', 'hang', or an object that tells how it ends",
  },
  kernelRelease: optionRules.text,
  tapOwner: {
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    says: 'the id of a user',
  },
  stateDir: optionRules.path,
};

function isListOf(accepts: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(accepts);
}

function isNamed(value: unknown): boolean {
  return optionRules.object.accepts(value) && optionRules.path.accepts(Reflect.get(Object(value), 'name'));
}

function isEnding(value: unknown): boolean {
  return value === 'missing' || value === 'hang' || optionRules.object.accepts(value);
}

/** Makes an in-memory host. @throws VifError INVALID_OPTIONS for options that do not describe a host */
export function memoryHost(options: MemoryHostOptions = {}): MemoryHost {
  const read = readOptions(options, 'memoryHost', rules);
  const { kernelRelease = '6.1.0', ovsBridges = [], ovn, stateDir } = read;
  const points = new Points();
  const pci = new MemoryPci(read.pci ?? {});
  const devices = pci.netDevices.map((name) => ({ name }));
  const kernel = new Kernel();
  const commands = new MemoryCommands(points, kernel, read.commands);
  const programs = new MemoryPrograms(points, kernel, commands);
  const files = new MemoryFiles(points, kernel, pci);
  const links = new MemoryLinks(points, [...devices, ...(read.links ?? [])], { kernel, programs, files });
  for (const [address, { pf, index }] of pci.virtualFunctions) {
    const vf = { mac: '00:00:00:00:00:00', vlan: 0, trust: false, ...read.vfs?.[address] };
    kernel.putFunction(pf, index, { address, vf });
  }
  const bridges = ovsBridges.map((bridge) => (typeof bridge === 'string' ? { name: bridge } : bridge));
  const ovs = new MemoryOvs(points, kernel, bridges, ovn);
  const openVSwitch = new OvsSwitch(ovs);
  const southbound = ovn && memorySouthbound(ovn);
  const vfJournal = new MemoryVfJournal(read.vfJournal);
  const kept = stateDir === undefined ? undefined : keptIn(stateDir);
  const journal = kept?.journal ?? vfJournal;
  const functions = new IpVfTable('/sys', [], programs, files);
  const filters = { snapshot: () => programs.nft.guestFilters() };
  const table = new NftFilterTable([], programs);
  return {
    links,
    ovs,
    southbound,
    commands,
    filters,
    core: thisCore,
    facts: { ...hostFacts(links, '/sys', journal, files), kernelRelease: async () => kernelRelease },
    locks: kept?.locks ?? new MemoryLocks(),
    connection: memoryConnection({ links, ovs, openVSwitch, filters: table, kernel, pci, programs }),
    records: kept?.records ?? new MemoryVifRecords(),
    inventory: new SourcesInventory([
      new KernelSource(links, functions, journal, programs),
      new OvsSource(ovs),
      new FilterSource(table, [], programs),
    ]),
    readiness: new OvnReadiness({
      watch: new SwitchWatch(ovs),
      southbound: southbound && new Southbound(southbound),
      runDirectory: ovn?.runDirectory ?? '/nonexistent',
    }),
    runners: [
      new LinkRunner(links, read.tapOwner),
      new OvsRunner(openVSwitch, links, async (addresses) => pci.guestsOf(addresses)),
      new FilterRunner(table),
      new CommandRunner(new ExecCommands([], programs)),
      new VfRunner(functions, journal, async (addresses) => pci.guestsOf(addresses)),
      new OvsPortSettingsRunner(ovs),
      new BridgePortRunner([], programs),
    ],
    get writes() {
      return points.log.filter(({ part }) => part !== 'wiring');
    },
    get points() {
      return points.log;
    },
    snapshot: () => ({
      links: links.snapshot(),
      filters: programs.nft.guestFilters(),
      ovs: ovs.snapshot(),
      vfs: Object.fromEntries(kernel.functions.map(({ address, vf }) => [address, { ...vf }]).sort()),
      vfJournal: vfJournal.snapshot(),
    }),
    failAt: (which, error = new VifError('LINK_COMMAND_FAILED', 'Made to fail')) =>
      points.failAt(which, error),
    hangAt: (which, reached) => points.hangAt(which, reached),
    reach: (point, signal) => points.reach(point, signal),
    heal: () => points.clear(),
    async close() {
      await Promise.all([links.close(), kept?.locks.close()]);
    },
  };
}

/** What a host stores in its state directory. */
function keptIn(stateDir: string) {
  return {
    journal: new FileVfJournal(stateDir),
    records: new FileVifRecords(stateDir),
    locks: new SharedLocks(stateDir),
  };
}
