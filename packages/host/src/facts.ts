import { release } from 'node:os';
import type { HostFacts } from '@vifkit/core';
import type { LinkTable } from './links/link-table.js';
import { pciNetDevice } from './sysfs/pci-net-device.js';

/** The facts of this host, read at each question. */
export function hostFacts(links: LinkTable, sysfsRoot: string): HostFacts {
  return {
    linkMtu: async (name) => (await links.read([], AbortSignal.timeout(10_000))).get(name)?.mtu,
    kernelRelease: async () => release(),
    pciNetDevice: (address) => pciNetDevice(sysfsRoot, address),
  };
}
