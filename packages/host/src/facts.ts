import { release } from 'node:os';
import type { HostFacts } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import { batched } from './batched.js';
import { hostKernelFiles, type KernelFiles } from './kernel/kernel-files.js';
import { byEveryName } from './links/link-state.js';
import type { LinkTable } from './links/link-table.js';
import { OnDemand } from './on-demand.js';
import type { VfJournal } from './sriov/vf-journal.js';

/** The facts of this host, read at each question; questions that are asked together share a reading. */
export function hostFacts(
  links: LinkTable,
  sysfsRoot: string,
  journal: Pick<VfJournal, 'read'>,
  files: KernelFiles = hostKernelFiles,
): HostFacts {
  // A question may be shared by calls of different deadlines, so it has one of its own.
  const inTime = <T>(read: (signal: AbortSignal) => Promise<T>) => withDeadline(10_000, undefined, read);
  const link = batched(async (names) => byEveryName(await inTime((signal) => links.read({ names }, signal))));
  const addressing = batched((names) => inTime((signal) => links.readAddresses(names, signal)));
  const sriov = new OnDemand(async () => {
    const { sriovFacts } = await import('./sriov-facts.js');
    return sriovFacts(sysfsRoot, journal, files);
  });
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

/** An address of other hardware than Ethernet is longer, or shorter, and no bridge can have it. */
function ethernet(address: string | undefined): string | undefined {
  return address?.length === '00:00:00:00:00:00'.length ? address : undefined;
}
