import { release } from 'node:os';
import { type HostFacts, isVifError } from '@vifkit/core';
import { batched } from './batched.js';
import type { VfJournal } from './journal/vf-journal.js';
import type { LinkTable } from './links/link-table.js';
import { pciNetDevice } from './sysfs/pci-net-device.js';
import { findRepresentor } from './sysfs/representor.js';
import { findVdpaDevice } from './sysfs/vdpa-device.js';
import { findVirtualFunctions } from './sysfs/virtual-functions.js';

/** The facts of this host, read at each question; questions that are asked together share a reading. */
export function hostFacts(links: LinkTable, sysfsRoot: string, journal: VfJournal): HostFacts {
  const link = batched((names) => links.read({ names }, AbortSignal.timeout(10_000)));
  const addressing = batched((names) => links.readAddresses(names, AbortSignal.timeout(10_000)));
  const virtualFunction = batched((addresses) => findVirtualFunctions(sysfsRoot, addresses));
  return {
    linkMtu: async (name) => (await link(name))?.mtu,
    linkAddresses: async (name) => (await addressing(name))?.addresses.map(({ address }) => address) ?? [],
    kernelRelease: async () => release(),
    pciNetDevice: (address) => pciNetDevice(sysfsRoot, address),
    async virtualFunction(address) {
      const found = await virtualFunction(address);
      return isVifError(found) ? undefined : found;
    },
    async vfHolder(address) {
      const record = (await journal.read([address])).get(address);
      return isVifError(record) ? undefined : record?.vifId; // the step itself tells of a bad record
    },
    vdpaDevice: (address) => findVdpaDevice(sysfsRoot, address),
    representor: (address) => findRepresentor(sysfsRoot, address),
  };
}
