import { release } from 'node:os';
import type { HostFacts } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import { batched } from './batched.js';
import { hostKernelFiles, type KernelFiles } from './kernel/kernel-files.js';
import { byEveryName } from './links/link-state.js';
import type { LinkTable } from './links/link-table.js';
import { OnDemand } from './on-demand.js';
import type { VfJournal } from './sriov/vf-journal.js';

export const sriovFactsCode = () => import('./sriov-facts.js');

/**
 * The facts of this host. They are read each time; concurrent requests share a reading.
 * @param closing ends readings for which no call waits any more
 */
export function hostFacts(
  links: LinkTable,
  sysfsRoot: string,
  journal: Pick<VfJournal, 'read'>,
  files: KernelFiles = hostKernelFiles,
  closing?: AbortSignal,
): HostFacts {
  // A reading may be shared by calls with different deadlines, so it has its own.
  const inTime = <T>(read: (signal: AbortSignal) => Promise<T>) => withDeadline(10_000, closing, read);
  const link = batched(async (names) => byEveryName(await inTime((signal) => links.read({ names }, signal))));
  const addressing = batched((names) => inTime((signal) => links.readAddresses(names, signal)));
  const sriov = new OnDemand(sriovFactsCode, ({ sriovFacts }) => sriovFacts(sysfsRoot, journal, files));
  return {
    linkMtu: async (name) => (await link(name))?.mtu,
    async linkHasCarrier(name) {
      const found = await link(name);
      return found?.up === true && found.carrier !== false;
    },
    linkMac: async (name) => ethernet((await link(name))?.address),
    linkAddresses: async (name) => (await addressing(name))?.addresses.map(({ address }) => address) ?? [],
    kernelRelease: async () => release(),
    pciNetDevice: async (address) => (await sriov.get()).pciNetDevice(address),
    virtualFunction: async (address) => (await sriov.get()).virtualFunction(address),
    vfHolder: async (address) => (await sriov.get()).vfHolder(address),
    vdpaDevice: async (address) => (await sriov.get()).vdpaDevice(address),
    representor: async (address) => (await sriov.get()).representor(address),
  };
}

/**
 * The address, if it is an Ethernet one. Those of other hardware are longer or shorter, and a bridge cannot have them.
 */
function ethernet(address: string | undefined): string | undefined {
  return address?.length === '00:00:00:00:00:00'.length ? address : undefined;
}
