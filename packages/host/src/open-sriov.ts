import { readFunctions } from './connection/pci-functions.js';
import { FileVfJournal } from './records/vf-records.js';
import { IpVfTable } from './sriov/ip-vf-table.js';
import { VfRunner } from './sriov/vf-runner.js';

/** All of a host that is about virtual functions. */
export function openSriov(sysfsRoot: string, rootHelper: readonly string[], stateDir: string) {
  const table = new IpVfTable(sysfsRoot, rootHelper);
  const journal = new FileVfJournal(stateDir);
  return {
    table,
    journal,
    runner: new VfRunner(table, journal),
    read: (addresses: readonly string[], signal: AbortSignal) =>
      readFunctions(addresses, sysfsRoot, table, signal),
  };
}
