import { release } from 'node:os';
import { type HostFacts, isVifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import { batched } from './batched.js';
import { hostKernelFiles, type KernelFiles } from './kernel/kernel-files.js';
import { byEveryName } from './links/link-state.js';
import type { LinkTable } from './links/link-table.js';
import { pciNetDevice } from './sriov/pci-net-device.js';
import { findRepresentor } from './sriov/representor.js';
import { findVdpaDevice } from './sriov/vdpa-device.js';
import type { VfJournal } from './sriov/vf-journal.js';
import { findVirtualFunctions } from './sriov/virtual-functions.js';

/** The facts of this host, read at each question; questions that are asked together share a reading. */
export function hostFacts(
  links: LinkTable,
  sysfsRoot: string,
  journal: VfJournal,
  files: KernelFiles = hostKernelFiles,
): HostFacts {
  // A question may be shared by calls of different deadlines, so it has one of its own.
  const inTime = <T>(read: (signal: AbortSignal) => Promise<T>) => withDeadline(10_000, undefined, read);
  const link = batched(async (names) => byEveryName(await inTime((signal) => links.read({ names }, signal))));
  const addressing = batched((names) => inTime((signal) => links.readAddresses(names, signal)));
  const virtualFunction = batched((addresses) => findVirtualFunctions(sysfsRoot, addresses, files));
  return {
    linkMtu: async (name) => (await link(name))?.mtu,
    async linkHasCarrier(name) {
      const found = await link(name);
      return found?.up === true && found.carrier !== false;
    },
    linkMac: async (name) => ethernet((await link(name))?.address),
    linkAddresses: async (name) => (await addressing(name))?.addresses.map(({ address }) => address) ?? [],
    kernelRelease: async () => release(),
    pciNetDevice: (address) => pciNetDevice(sysfsRoot, address, files),
    async virtualFunction(address) {
      const found = await virtualFunction(address);
      return isVifError(found) ? undefined : found;
    },
    async vfHolder(address) {
      const record = (await journal.read([address])).get(address);
      return isVifError(record) ? undefined : record?.vifId; // the step itself tells of a bad record
    },
    vdpaDevice: (address) => findVdpaDevice(sysfsRoot, address, files),
    representor: (address) => findRepresentor(sysfsRoot, address, files),
  };
}

/** An address of other hardware than Ethernet is longer, or shorter, and no bridge can have it. */
function ethernet(address: string | undefined): string | undefined {
  return address?.length === '00:00:00:00:00:00'.length ? address : undefined;
}
