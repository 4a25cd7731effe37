import { basename, join } from 'node:path';
import { findHolders } from './connection/holders.js';
import { readFunctions } from './connection/pci-functions.js';
import type { KernelFiles } from './kernel/kernel-files.js';
import type { NetworkNamespace } from './namespace/network-namespace.js';
import { FileVfJournal } from './records/vf-records.js';
import { IpVfTable } from './sriov/ip-vf-table.js';
import { pciFolder } from './sriov/pci-net-device.js';
import { VfRunner } from './sriov/vf-runner.js';

/** The parts of a host for virtual functions. */
export function openSriov(
  sysfsRoot: string,
  rootHelper: readonly string[],
  stateDir: string,
  { programs, files }: NetworkNamespace,
) {
  const table = new IpVfTable(sysfsRoot, rootHelper, programs, files);
  const journal = new FileVfJournal(stateDir);
  return {
    table,
    journal,
    runner: new VfRunner(table, journal, (addresses) => functionHolders(addresses, sysfsRoot, files)),
    read: (addresses: readonly string[], signal: AbortSignal) =>
      readFunctions(addresses, sysfsRoot, table, files, signal),
  };
}

/** Only functions that are bound to VFIO are searched for: all processes have to be looked at. */
async function functionHolders(
  addresses: readonly string[],
  sysfsRoot: string,
  files: KernelFiles,
): Promise<ReadonlyMap<string, string>> {
  const lower = addresses.map((address) => address.toLowerCase());
  const drivers = lower.map((address) => files.target(join(pciFolder(sysfsRoot, address), 'driver')));
  const bound = await Promise.all(drivers);
  const functions = lower.filter((_, i) => basename(bound[i] ?? '') === 'vfio-pci');
  return functions.length === 0 ? new Map() : findHolders({ taps: [], functions }, { sysfsRoot });
}
