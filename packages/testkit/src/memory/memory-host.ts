import { thisCore, VifError } from '@vifkit/core';
import type { Host } from '@vifkit/engine';
import {
  CommandRunner,
  ExecCommands,
  FilterRunner,
  type GuestFilter,
  hostFacts,
  IpVfTable,
  LinkRunner,
  NftFilterTable,
  OpenVswitch,
  type OvsBridge,
  type OvsPort,
  OvsRunner,
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
import { MemoryInventory, MemoryVifRecords } from './memory-inventory.js';
import { MemoryLocks } from './memory-locks.js';
import { MemoryVfJournal } from './memory-vf-journal.js';
import { MemoryOvs, type OvsBridgeSpec } from './ovs/memory-ovs.js';

/** What the host is like to begin with: bare, unless told otherwise. */
export interface MemoryHostOptions {
  /** Links that are there; of a veth pair either end. */
  readonly links?: readonly LinkSpec[];
  /** Open vSwitch bridges that are there. */
  readonly ovsBridges?: readonly (string | OvsBridgeSpec)[];
  /** PCI functions that are there. Their network devices are links, listed in `links` or not. */
  readonly pci?: PciFunctions;
  /** What virtual functions have, by PCI address; no MAC address, VLAN and trust unless given. */
  readonly vfs?: Readonly<Record<string, Partial<VfState>>>;
  /** What is recorded of virtual functions, as by a process that was killed: of another host's `snapshot()`. */
  readonly vfJournal?: Readonly<Record<string, VfRecord>>;
  /** How vendors' tools end, by program; well, unless told otherwise. */
  readonly commands?: Readonly<Record<string, Ending>>;
  /** As `uname -r` prints it; 6.1.0 unless given. */
  readonly kernelRelease?: string;
  /** The user id of the owner of taps that plugs make; root's unless given. */
  readonly tapOwner?: number;
}

/** All that can be changed on a memory host. */
export interface HostSnapshot {
  readonly links: Readonly<Record<string, MemoryLinkState>>;
  readonly filters: Readonly<Record<string, GuestFilter>>;
  readonly ovs: {
    readonly bridges: Readonly<Record<string, OvsBridge>>;
    readonly ports: Readonly<Record<string, OvsPort>>;
  };
  readonly vfs: Readonly<Record<string, VfState>>;
  readonly vfJournal: Readonly<Record<string, VfRecord>>;
}

/** A host in memory: the runners of `@vifkit/host` on links, an Open vSwitch and programs that are none. */
export interface MemoryHost extends Host {
  readonly links: MemoryLinks;
  readonly ovs: MemoryOvs;
  readonly commands: MemoryCommands;
  readonly filters: { snapshot(): HostSnapshot['filters'] };
  /** What was written so far, in order, be it in vain. */
  readonly writes: readonly Point[];
  /** Every place so far at which a call could have been made to fail: the writes, and waits for Open vSwitch. */
  readonly points: readonly Point[];
  snapshot(): HostSnapshot;
  /** Makes a point to come fail; with LINK_COMMAND_FAILED unless another error is given. */
  failAt(which: Which, error?: VifError): void;
  /** Makes a point to come hang until its call's signal fires; `reached` is called once it hangs. */
  hangAt(which: Which, reached?: () => void): void;
  /**
   * To be called before anything is done beside the host's own steps, as by a vendor's code: it can be made to fail or
   * hang there, too.
   * @returns the error to fail with, if it is to fail
   * @throws VifError TIMEOUT, ABORTED once the signal fires, if it is to hang
   */
  reach(point: Point, signal: AbortSignal): Promise<VifError | undefined>;
  /** Takes back all {@link failAt} and {@link hangAt}. */
  heal(): void;
}

/** Makes a host in memory. */
export function memoryHost(options: MemoryHostOptions = {}): MemoryHost {
  const { kernelRelease = '6.1.0', ovsBridges = [] } = options;
  const points = new Points();
  const pci = new MemoryPci(options.pci ?? {});
  const devices = pci.netDevices.map((name) => ({ name }));
  const kernel = new Kernel();
  const commands = new MemoryCommands(points, kernel, options.commands);
  const programs = new MemoryPrograms(points, kernel, commands);
  const files = new MemoryFiles(points, kernel, pci);
  const links = new MemoryLinks(points, [...devices, ...(options.links ?? [])], { kernel, programs, files });
  for (const [address, { pf, index }] of pci.virtualFunctions) {
    const vf = { mac: '00:00:00:00:00:00', vlan: 0, trust: false, ...options.vfs?.[address] };
    kernel.putFunction(pf, index, { address, vf });
  }
  const bridges = ovsBridges.map((bridge) => (typeof bridge === 'string' ? { name: bridge } : bridge));
  const ovs = new MemoryOvs(points, kernel, bridges);
  const vfJournal = new MemoryVfJournal(options.vfJournal);
  const filters = { snapshot: () => programs.nft.guestFilters() };
  const table = new NftFilterTable([], programs);
  return {
    links,
    ovs,
    commands,
    filters,
    core: thisCore,
    facts: { ...hostFacts(links, '/sys', vfJournal, files), kernelRelease: async () => kernelRelease },
    locks: new MemoryLocks(),
    connection: memoryConnection({ links, ovs, filters: table, kernel, pci: options.pci ?? {} }),
    records: new MemoryVifRecords(),
    inventory: new MemoryInventory(points, links, ovs, filters),
    runners: [
      new LinkRunner(links, options.tapOwner),
      new OvsRunner(new OpenVswitch(ovs), links),
      new FilterRunner(table),
      new CommandRunner(new ExecCommands([], programs)),
      new VfRunner(new IpVfTable('/sys', [], programs, files), vfJournal),
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
    close: () => links.close(),
  };
}
