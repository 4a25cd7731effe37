import { release } from 'node:os';
import { type HostFacts, isVifError } from '@vifkit/core';
import { batched } from './batched.js';
import type { LinkTable } from './links/link-table.js';
import { pciNetDevice } from './sysfs/pci-net-device.js';
import { findVirtualFunctions } from './sysfs/virtual-functions.js';

/** The facts of this host, read at each question; questions that are asked together share a reading. */
export function hostFacts(links: LinkTable, sysfsRoot: string): HostFacts {
  const link = batched(() => links.read([], AbortSignal.timeout(10_000)));
  const virtualFunction = batched((addresses) => findVirtualFunctions(sysfsRoot, addresses));
  return {
    linkMtu: async (name) => (await link(name))?.mtu,
    kernelRelease: async () => release(),
    pciNetDevice: (address) => pciNetDevice(sysfsRoot, address),
    async virtualFunction(address) {
      const found = await virtualFunction(address);
      return isVifError(found) ? undefined : found;
    },
  };
}
