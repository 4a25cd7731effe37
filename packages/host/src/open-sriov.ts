import { readFunctions } from './connection/pci-functions.js';
import type { NetworkNamespace } from './namespace/network-namespace.js';
import { FileVfJournal } from './records/vf-records.js';
import { IpVfTable } from './sriov/ip-vf-table.js';
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
    runner: new VfRunner(table, journal),
    read: (addresses: readonly string[], signal: AbortSignal) =>
      readFunctions(addresses, sysfsRoot, table, files, signal),
  };
}
